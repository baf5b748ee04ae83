import { Hono } from "hono";

import type { ApiEnv } from "../context.ts";
import { interestRoutes } from "./interest.ts";
import { modelReportRoutes } from "./models.ts";
import { moverRoutes } from "./movers.ts";
import { recommendationReportRoutes } from "./recommendations.ts";
import { salesRoutes } from "./sales.ts";
import { shopperRoutes } from "./shoppers.ts";
import { stockRiskRoutes } from "./stock-risk.ts";

/** Sales, interest, recommendations, shoppers, movers, stock at risk, models. */
export const reportRoutes = new Hono<ApiEnv>();
reportRoutes.route("/", salesRoutes);
reportRoutes.route("/", interestRoutes);
reportRoutes.route("/", recommendationReportRoutes);
reportRoutes.route("/", shopperRoutes);
reportRoutes.route("/", moverRoutes);
reportRoutes.route("/", stockRiskRoutes);
reportRoutes.route("/", modelReportRoutes);
