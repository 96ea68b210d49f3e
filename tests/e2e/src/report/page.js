// The switch works without this; what it adds is the document's own language and title, and ?lang=en.
(() => {
  const root = document.documentElement;
  const title = document.querySelector('title');
  const english = document.getElementById('lang-en');
  const apply = () => {
    root.lang = english.checked ? 'en' : 'zh-Hant';
    document.title = english.checked ? title.dataset.en : title.dataset.zh;
  };
  if (new URLSearchParams(location.search).get('lang') === 'en') english.checked = true;
  for (const choice of document.querySelectorAll('input[name="lang"]')) choice.addEventListener('change', apply);
  apply();
})();
