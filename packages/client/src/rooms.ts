import type { RoomSummary } from '@otr/protocol';

/** The list with this room new or changed: the latest first. */
export function withRoom(rooms: readonly RoomSummary[], room: RoomSummary): readonly RoomSummary[] {
  const others = withoutRoom(rooms, room.room);
  const place = others.findIndex((other) => comesBefore(room, other));
  return place === -1 ? [...others, room] : others.toSpliced(place, 0, room);
}

export function withoutRoom(rooms: readonly RoomSummary[], room: string): readonly RoomSummary[] {
  return rooms.filter((candidate) => candidate.room !== room);
}

function comesBefore(a: RoomSummary, b: RoomSummary): boolean {
  return a.at === b.at ? a.room < b.room : a.at > b.at;
}
