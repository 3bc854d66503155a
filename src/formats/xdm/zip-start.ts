/** Whether bytes begin as a ZIP with a member does: `PK`, 3, 4 (APPNOTE 4.3.7). */
export function beginsLikeZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;
}
