/**
 * Times what the room's scripts do for one change: from the message to the drawn page.
 *
 * Runs before the page's own scripts. `timesOfUpdates` gets the milliseconds of each
 * update, layout and painting left out.
 */
{
  const times = [];
  let spent = 0;

  const timed = (act) =>
    function (...given) {
      const began = performance.now();
      const answer = act.apply(this, given);
      spent += performance.now() - began;
      return answer;
    };

  const { prototype } = WebSocket;
  const onmessage = Object.getOwnPropertyDescriptor(prototype, "onmessage");
  Object.defineProperty(prototype, "onmessage", {
    ...onmessage,
    set(listener) {
      onmessage.set.call(this, timed(listener));
    },
  });

  const nextFrame = requestAnimationFrame;
  globalThis.requestAnimationFrame = (draw) =>
    nextFrame((now) => {
      timed(draw)(now);
      times.push(spent);
      spent = 0;
    });
  globalThis.timesOfUpdates = times;
}
