/** A notification of an alert was pressed: to the page of alerts, which is there already or opens. */

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});

async function open() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname === "/alerts");
  await (page ? page.focus() : self.clients.openWindow("/alerts"));
}
