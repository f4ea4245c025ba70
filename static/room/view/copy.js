/**
 * Copies what a field has.
 *
 * @param {HTMLInputElement} field
 * @returns {Promise<boolean>} whether it was copied; if not, it is selected
 */
export async function copyFrom(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Over plain HTTP there is no clipboard API; the old command copies the selection.
    field.select();
    return document.execCommand("copy");
  }
}
