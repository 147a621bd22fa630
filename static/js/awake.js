/** Does the screen stay on? A wall asks that it is not turned off, where the engine allows it (over https only). */

export function stayAwake() {
  const lock = navigator["wakeLock"];
  if (!lock) return;
  const ask = () => {
    if (document.visibilityState === "visible") lock.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", ask); // a hidden page loses it
  ask();
}
