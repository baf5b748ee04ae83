const SAID_MILLISECONDS = 2_000;

/** A button that copies a block's code, and says so for a moment. */
function copyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const said = await navigator.clipboard.writeText(block.querySelector("code").textContent).then(
      () => "Copied",
      () => "Select and copy",
    );
    button.textContent = said;
    setTimeout(() => {
      button.textContent = "Copy";
    }, SAID_MILLISECONDS);
  });
  return button;
}

for (const block of document.querySelectorAll(".code")) block.append(copyButton(block));
