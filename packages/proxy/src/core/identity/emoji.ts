/** A picture and what to call it when reading it out. */
export interface NamedEmoji {
  readonly emoji: string;
  readonly name: string;
}

// Each is one code point that is drawn in colour everywhere, and differs from all others in kind and outline. The order
// is part of D6: both people must see the same.
const list = `
🐶 dog, 🐱 cat, 🦁 lion, 🐴 horse, 🐷 pig, 🐘 elephant, 🐰 rabbit, 🐼 panda,
🐸 frog, 🐧 penguin, 🦉 owl, 🐢 turtle, 🐟 fish, 🐙 octopus, 🦋 butterfly, 🐝 bee,
🐌 snail, 🦀 crab, 🐍 snake, 🐪 camel, 🌵 cactus, 🌻 sunflower, 🍄 mushroom, 🍎 apple,
🍌 banana, 🍇 grapes, 🍉 watermelon, 🍍 pineapple, 🥕 carrot, 🌽 corn, 🧀 cheese, 🍞 bread,
🍕 pizza, 🎂 cake, 🥚 egg, 🍦 ice cream, 🌈 rainbow, 🌙 moon, 🔥 fire, ⛄ snowman,
⭐ star, 🌍 globe, ⚡ lightning, 🌋 volcano, 🔑 key, 🔔 bell, 🎈 balloon, 🎁 gift,
📖 book, ⚓ anchor, 🚲 bicycle, 🚗 car, 🚂 train, 🚀 rocket, ⛵ sailboat, ⏰ alarm clock,
🎩 top hat, 👓 glasses, 🔨 hammer, 💡 light bulb, 🎸 guitar, 🥁 drum, 🏀 basketball, 🧲 magnet`;

/** 64 of them: six bits each. */
export const emojis: readonly NamedEmoji[] = list.split(',').map((item) => {
  const [emoji = '', ...words] = item.trim().split(' ');
  return { emoji, name: words.join(' ') };
});
