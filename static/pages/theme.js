/**
 * The theme: system, light or dark, kept in localStorage.
 *
 * Loaded in the head as a classic, blocking script, so that it applies to the first
 * paint; a module would run too late.
 */
(() => {
  const KEY = "theme";
  const THEMES = { system: "System", light: "Light", dark: "Dark" };

  /** @returns {string} a key of THEMES */
  function chosen() {
    try {
      return localStorage.getItem(KEY) ?? "system";
    } catch {
      // Storage may be blocked; use the system's theme.
      return "system";
    }
  }

  /** @param {string} theme */
  function choose(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // It still applies until the page is closed.
    }
    apply(theme);
  }

  /** @param {string} theme */
  function apply(theme) {
    document.documentElement.dataset.theme = theme;
    for (const choice of document.querySelectorAll("theme-choice")) {
      if (choice instanceof ThemeChoice) choice.show(theme);
    }
  }

  /** Three toggle buttons. A custom element, so that any page can contain it. */
  class ThemeChoice extends HTMLElement {
    connectedCallback() {
      this.className = "choice";
      this.setAttribute("role", "group");
      this.setAttribute("aria-label", "Theme");
      this.replaceChildren(
        ...Object.entries(THEMES).map(([theme, label]) => {
          const button = document.createElement("button");
          button.type = "button";
          button.value = theme;
          button.textContent = label;
          button.addEventListener("click", () => choose(theme));
          return button;
        }),
      );
      this.show(document.documentElement.dataset.theme ?? chosen());
    }

    /** @param {string} theme */
    show(theme) {
      for (const button of this.querySelectorAll("button")) {
        button.ariaPressed = String(button.value === theme);
      }
    }
  }

  customElements.define("theme-choice", ThemeChoice);
  apply(chosen());
})();
