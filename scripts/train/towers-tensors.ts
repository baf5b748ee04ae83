import type { Tensor } from "../../domain/models/tensor.ts";
import type { FittedModel } from "./fit.ts";

/** A fitted model's tensors by name. */
export function tensorsOf(model: Pick<FittedModel, "userTower" | "itemTower">): Map<string, Tensor> {
  const parameters = [...(model.userTower?.parameters ?? []), ...model.itemTower.parameters];
  return new Map(parameters.map(({ name, shape, values }) => [name, { shape, values }]));
}
