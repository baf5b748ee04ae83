/** Tells the page and its shelves that answers may be others now. */
export function tellChange(): void {
  document.dispatchEvent(new Event("endcap-change"));
}
