// What the edge rendered is reported by the browser client: shown once it was visible, chosen when it was clicked.
import { endcap } from "https://endcap.example/client.js";

endcap.init({ key: "pk_…" });
for (const item of document.querySelectorAll("[data-endcap-item]")) {
  endcap.observe(item, { recommendation_id: item.dataset.endcapAnswer, item_id: item.dataset.endcapItem });
}
