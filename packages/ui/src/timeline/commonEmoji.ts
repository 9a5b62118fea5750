/** The reactions that people use most, with what they are called. */
export const commonEmoji = [
  ['👍', 'Thumbs up'],
  ['❤️', 'Heart'],
  ['😂', 'Tears of joy'],
  ['🎉', 'Party'],
  ['😮', 'Astonished'],
  ['😢', 'Crying'],
  ['🙏', 'Thank you'],
  ['👀', 'Eyes'],
  ['✅', 'Done'],
  ['❌', 'No'],
  ['👎', 'Thumbs down'],
  ['🔥', 'Fire'],
  ['👏', 'Applause'],
  ['🤔', 'Thinking'],
  ['😄', 'Smile'],
  ['😍', 'Heart eyes'],
  ['😅', 'Relieved'],
  ['😡', 'Angry'],
  ['💯', 'Hundred points'],
  ['🚀', 'Rocket'],
  ['🌱', 'Seedling'],
  ['☕', 'Coffee'],
  ['👋', 'Waving'],
  ['💡', 'Idea'],
] as const;

/** What the menu offers at once. */
export const quickEmoji = commonEmoji.slice(0, 6);
