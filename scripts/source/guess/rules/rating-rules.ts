import type { ColumnRule } from "./column-rule.ts";

export const RATING: ColumnRule = {
  kinds: ["number"],
  phrases: {
    rating: 10,
    "star rating": 10,
    "rating value": 10,
    star: 9.5,
    "overall rating": 9.5,
    "rating overall": 9.5,
    "rating star": 9.5,
    score: 8,
    "rating score": 9,
    "review score": 9,
    "review rating": 10,
    grade: 7,
    vote: 5,
    value: 5,
    point: 5,
  },
  never: ["count", "helpful", "average", "avg", "total", "id"],
};

export const RATING_TIME: ColumnRule = {
  kinds: ["datetime", "date"],
  phrases: {
    "rated at": 10,
    "reviewed at": 10,
    "written at": 9,
    "rating date": 9.5,
    "review date": 9.5,
    date: 9,
    "created at": 9,
    "created am": 9,
    "created on": 8.5,
    created: 8,
    "created date": 8,
    "submitted at": 8,
    "date added": 8,
    "date add": 8,
    "date created": 8,
    timestamp: 8,
    time: 8,
  },
};
