// A slider of ipywidgets has no name for a screen reader: it gets the words beside it. JupyterLab takes arrow keys and
// letters for its own commands while the focus is on a list: inside an explorer they belong to the list.
if (!window.gatebookNames) {
  window.gatebookNames = new MutationObserver(() => {
    document.querySelectorAll('.gatebook-explorer :is(select, button, [role=slider]):not([data-lm-suppress-shortcuts])')
      .forEach(control => control.setAttribute('data-lm-suppress-shortcuts', 'true'));
    document.querySelectorAll('.gatebook-explorer .widget-slider').forEach(slider => {
      const label = slider.querySelector('.widget-label').textContent;
      slider.querySelectorAll('[role=slider]:not([aria-label])').forEach(handle => handle.setAttribute('aria-label', label));
    });
  });
  window.gatebookNames.observe(document.body, {childList: true, subtree: true});
}
