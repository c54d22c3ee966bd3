// A part of the page that says it is busy is fetched again every two seconds, until it is not.
const part = document.querySelector("[data-part]");
const renew = async () => {
  if (!part?.querySelector("[data-busy]")) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-Part": part.dataset.part } });
    if (answer.ok && !part.contains(document.activeElement)) part.innerHTML = await answer.text();
  } catch {
    // the network is away: try again later
  }
  setTimeout(renew, 2000);
};
setTimeout(renew, 2000);
