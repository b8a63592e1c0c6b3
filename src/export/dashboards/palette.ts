/**
 * Okabe and Ito's palette, told apart with every common colour blindness; grey for what says nothing. Meaning is never in
 * the colour alone: each coloured value has its text.
 */
export const COLORS = {
  good: "#009E73",
  warning: "#E69F00",
  bad: "#D55E00",
  info: "#0072B2",
  light: "#56B4E9",
  accent: "#CC79A7",
  neutral: "#999999",
} as const;
