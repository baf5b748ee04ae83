import type { RecommendedItem } from "../client.js";

/** An element with a part that pages can style. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  part: string,
  text = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.setAttribute("part", part);
  made.textContent = text;
  return made;
}

/** A catalogue's address, if following it leads to a page and runs nothing. */
function pageAddress(url: string | null): string | null {
  try {
    return url && /^https?:$/.test(new URL(url, document.baseURI).protocol) ? url : null;
  } catch {
    return null;
  }
}

/** The picture says nothing that the name beside it does not say, hence its empty alternative. */
function picture({ item }: RecommendedItem): HTMLElement {
  if (!item.image) return element("span", "image");
  const image = element("img", "image");
  Object.assign(image, { alt: "", loading: "lazy", decoding: "async", width: 400, height: 300, src: item.image });
  // A box of its size stays, without the sign for what is broken.
  image.addEventListener("error", () => image.replaceWith(element("span", "image")));
  return image;
}

function priceOf({ item: { price, currency } }: RecommendedItem, language: string | undefined): string {
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency }).format(price);
  } catch {
    return `${price} ${currency}`;
  }
}

/** A card: a link to the item's page, or a button where the catalogue knows no page. */
export function card(recommended: RecommendedItem, hasPictures: boolean, language: string | undefined): HTMLElement {
  const url = pageAddress(recommended.item.url);
  const link = url === null ? element("button", "link") : element("a", "link");
  if (url === null) link.setAttribute("type", "button");
  else link.setAttribute("href", url);
  if (hasPictures) link.append(picture(recommended));
  link.append(
    element("span", "name", recommended.item.name),
    element("span", "price", priceOf(recommended, language)),
    element("span", "reason", recommended.reason.text),
  );
  return link;
}
