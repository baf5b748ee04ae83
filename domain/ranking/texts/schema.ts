import { z } from "zod";

import { TEXT_KEYS, TEXT_PARAMETERS, type TextKey } from "./keys.ts";
import { isLanguageTag } from "./language-tag.ts";
import { faultOf } from "./template.ts";

const textOf = (key: TextKey) =>
  z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const fault = faultOf(text, TEXT_PARAMETERS[key]);
      if (fault !== null) context.addIssue({ code: "custom", message: fault });
    })
    .optional();

/** Some texts of a language, each with no placeholder but its own. */
const someTextsSchema = z.strictObject(
  Object.fromEntries(TEXT_KEYS.map((key) => [key, textOf(key)])) as Record<TextKey, ReturnType<typeof textOf>>,
);

/** `ranking.texts` of the configuration: texts by language. */
export const textsSchema = z.record(
  z.string().refine(isLanguageTag, "is not a BCP 47 language tag, such as nl or pt-BR"),
  someTextsSchema,
);
