import { describe, expect, it } from 'vitest';
import { isNarrative } from '../../../../src/formats/fhir/validation/narrative.ts';

const NS = 'xmlns="http://www.w3.org/1999/xhtml"';
const div = (content: string): string => `<div ${NS}>${content}</div>`;

describe('the narrative of a resource (R4 narrative.html#rules)', () => {
  it.each([
    ['text', div('Bonjour')],
    ['blanks around it', ` \n${div('x')}\n`],
    ['another order and other quotes', `<div lang='fr' ${NS} xml:lang="fr" >x</div>`],
    ['elements of HTML', div('<h1 id="a">x</h1><p class="b">a<br/>b<br /></p><ul><li>c</li></ul>')],
    [
      'a table',
      div('<table border="1"><thead><tr><th colspan="2">a</th></tr></thead><tr><td/></tr></table>'),
    ],
    ['links', div('<a href="https://x.example/?a=1&amp;b=2">x</a><a name="y"/><a href="#z">z</a>')],
    ['images', div('<img src="data:image/png;base64,AA==" alt="x"/><img src="#p" alt=""/>')],
    ['styles', div('<span style="color: red">x</span>')],
    ['entities', div('a &amp; b &lt; c &#233; &#xE9;')],
    ['those of HTML, though R4 has none (F45)', div('a&nbsp;: b')],
    ['a comment', div('<!-- x -->y')],
    ['what a publisher of guides writes', div('<p data-fhir="generated" xmlns:x="urn:x">x</p>')],
  ])('may hold %s', (_, text) => {
    expect(isNarrative(text)).toBe(true);
  });

  it.each([
    ['a script', div('<script>alert(1)</script>')],
    ['a script in capitals', div('<SCRIPT>alert(1)</SCRIPT>')],
    ['a script by a prefix', div(`<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>`)],
    ['what is never closed', div('<p>x')],
    ['what is closed elsewhere', div('<b><i>x</b></i>')],
    ['what is closed twice', div('x</div><div>')],
    ['an event', div('<p onclick="x()">x</p>')],
    ['a link that runs', div('<a href="javascript:x()">x</a>')],
    ['one that hides it', div('<a href=" java&#115;cript&#58;x()">x</a>')],
    ['a style that runs', div('<p style="background:url(javascript:x())">x</p>')],
    ['one that hides it', div(String.raw`<p style="background:u\72l(x)">x</p>`)],
    ['a page as a link', div('<a href="data:text/html,x">x</a>')],
    ['forms', div('<form><input/></form>')],
    ['frames', div('<iframe src="https://x.example"></iframe>')],
    ['objects', div('<object/>')],
    ['a sheet of styles', div('<link rel="stylesheet" href="x.css"/>')],
    ['what HTML 4 deprecates', div('<font>x</font>')],
    ['SVG', div('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['another namespace', '<div xmlns="urn:x">x</div>'],
    ['no namespace', '<div>x</div>'],
    ['another root', `<p ${NS}>x</p>`],
    ['an empty root', `<div ${NS}/>`],
    ['two roots', div('x') + div('y')],
    ['text beside the root', `${div('x')}y`],
    ['a DOCTYPE', `<!DOCTYPE div>${div('x')}`],
    ['an instruction', div('<?php x ?>')],
    ['a CDATA section', div('<![CDATA[x><script>alert(1)</script>]]>')],
    ['a comment that HTML ends sooner', div('<!--><script>alert(1)</script>-->')],
    ['the other one', div('<!---><script>alert(1)</script>-->')],
    ['a lone ampersand', div('a & b')],
    ['one in a link', div('<a href="?a&b=1">x</a>')],
    ['an attribute without quotes', div('<p class=a>x</p>')],
    ['one without a value', div('<img src="x" ismap/>')],
    ['one twice', div('<p id="a" id="b">x</p>')],
    ['attributes that are not apart', div('<p id="a"class="b">x</p>')],
    ['an end with attributes', div('<p>x</p id="a">')],
    ['a control character', div('a\0b')],
    ['half a character', div('\ud800')],
    ['elements without end', div('<b>'.repeat(200) + '</b>'.repeat(200))],
    ['nothing', ''],
    ['text alone', 'x'],
  ])('holds no %s', (_, text) => {
    expect(isNarrative(text)).toBe(false);
  });

  it.each([
    ['elements', div('<b></b>'.repeat(500_000))],
    ['elements that are never closed', div('<b>'.repeat(1_000_000))],
    ['ampersands', div('&a'.repeat(1_000_000))],
    ['attributes', div(`<p ${Array.from({ length: 200_000 }, (_, at) => `data-${at}="x"`).join(' ')}>x</p>`)],
    ['blanks', div(`<p ${' '.repeat(2_000_000)}x>x</p>`)],
    ['quotes', div(`<p a="${'"'.repeat(1_000_000)}`)],
    ['comments', div('<!--'.repeat(500_000))],
  ])('is judged in linear time: %s', (_, text) => {
    const start = performance.now();
    isNarrative(text);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
