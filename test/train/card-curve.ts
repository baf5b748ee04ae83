import type { CardCurve } from "../../scripts/train/model-card/model-card.ts";

/** Two lines, one of three points and one of two. */
export const CURVE: CardCurve = {
  title: "nDCG@10 by epoch",
  xLabel: "epoch",
  yLabel: "nDCG@10",
  series: [
    {
      name: "towers",
      points: [
        { x: 1, y: 0.071 },
        { x: 2, y: 0.1134 },
        { x: 3, y: 0.12 },
      ],
    },
    {
      name: "popularity",
      points: [
        { x: 1, y: 0.0912 },
        { x: 3, y: 0.0912 },
      ],
    },
  ],
};
