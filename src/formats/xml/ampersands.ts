/**
 * Some senders escape the ampersands of CX, XON and XCN twice or more (quirk X13): what is left of it,
 * undone.
 */
export function plainAmpersands(text: string): string {
  return text.replaceAll(/&(?:amp;)+/g, '&');
}
