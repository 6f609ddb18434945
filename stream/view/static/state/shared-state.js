// What every page must agree on: alarms, limits, markers, sites, and the session before. It comes with versions, over the WebSocket and in the
// answers to this page's own requests; what is older than what is known is left out. Pure.

const PIECES = ["alarms", "limits", "sites", "previous"];

export class SharedState {
  #tell;
  #known = new Map(); // of each piece, by its name: its version, and itself as text
  #markers = new Map(); // by id, those that were removed too: an older message must not bring one back

  /**
   * @param {object} tell takes what is new, by name: alarms, limits (null: not known yet), sites, previous (the session
   *   before this one, or null), and markers: all that there are, by time
   */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Take the state as a hello has it, in place of all that was known. */
  begin(message) {
    this.#known.clear();
    this.#markers.clear();
    this.take({ ...message, markers: [] });
    this.#takeMarkers(message.markers, message.version);
  }

  /**
   * Take what a message or an answer has of the state.
   * @param {object} message version: that of the state in it; alarms, with their limits; limits; sites; previous; markers:
   *   those that changed. What is missing did not change.
   */
  take({ version, markers = [], ...pieces }) {
    const given = { limits: pieces.alarms?.limits, ...pieces };
    for (const name of PIECES) {
      if (given[name] !== undefined) this.#takePiece(name, version, given[name]);
    }
    if (markers.length) this.#takeMarkers(markers, version);
  }

  // A newer version may be about another piece: only one that differs is told.
  #takePiece(name, version, piece) {
    const known = this.#known.get(name);
    if (version <= known?.version) return;
    const text = JSON.stringify(piece);
    this.#known.set(name, { version, text });
    if (text !== known?.text) this.#tell[name](piece);
  }

  #takeMarkers(markers, version) {
    for (const marker of markers) {
      const known = this.#markers.get(marker.id);
      const its = marker.state_version ?? version;
      if (known === undefined || its >= known.state_version)
        this.#markers.set(marker.id, { ...marker, state_version: its });
    }
    const there = [...this.#markers.values()].filter(({ removed }) => !removed);
    this.#tell.markers(there.sort((a, b) => a.x - b.x));
  }
}
