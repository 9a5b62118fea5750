/** What other nodes say of their connections: who is online where, room by room. A node's word ends with the node. */
export class Elsewhere {
  /** Node → room → public keys, all as map keys. */
  readonly #nodes = new Map<string, Map<string, Set<string>>>();

  set(node: string, room: string, key: string, online: boolean): void {
    const rooms = this.#nodes.get(node) ?? new Map<string, Set<string>>();
    const keys = rooms.get(room) ?? new Set<string>();
    if (online) keys.add(key);
    else keys.delete(key);
    if (keys.size > 0) rooms.set(room, keys);
    else rooms.delete(room);
    if (rooms.size > 0) this.#nodes.set(node, rooms);
    else this.#nodes.delete(node);
  }

  has(room: string, key: string): boolean {
    for (const rooms of this.#nodes.values()) if (rooms.get(room)?.has(key)) return true;
    return false;
  }

  /** Nobody here listens to this room any longer: what is said of it is not kept. */
  leave(room: string): void {
    for (const rooms of this.#nodes.values()) rooms.delete(room);
  }

  /** The rooms and keys that this node had. */
  forget(node: string): Map<string, Set<string>> {
    const rooms = this.#nodes.get(node) ?? new Map<string, Set<string>>();
    this.#nodes.delete(node);
    return rooms;
  }
}
