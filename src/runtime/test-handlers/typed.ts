type Event = { readonly name: string };

export async function handler(event: Event): Promise<string> {
  throw new Error(`no ${event.name}`);
}
