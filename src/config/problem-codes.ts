/** Every code a configuration can be refused or warned with, beside those of YAML (rules/problem-codes.ts). */
export const CONFIG_PROBLEM_CODES = {
  "config-unreadable": "The configuration file, or a file it names, cannot be read.",
  "config-form": "The configuration file is no mapping of keys.",
  "unknown-key": "A key that does not exist.",
  "unknown-variable": "A SLOWBURN_ variable that sets nothing.",
  "invalid-value": "A value of the wrong kind or outside its range.",
  "secret-reference": "A secret written out, or a reference that leads to none.",
  "tls-pair": "Only one of certificate and key is given.",
  "remote-listening": "Listening beyond loopback without TLS and a token.",
  "address-conflict": "Two listeners on one address.",
} as const;

export type ConfigProblemCode = keyof typeof CONFIG_PROBLEM_CODES;
