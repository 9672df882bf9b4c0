namespace Llamax.Evaluation.Reporting;

/// <summary>The style sheet of the report: light and dark, screen and paper, no file from elsewhere.</summary>
public static class ReportStyle
{
    public const string Css = """
        :root {
          color-scheme: light dark;
          --paper: #fbfbfa; --panel: #ffffff; --ink: #18212b; --quiet: #5a6672; --line: #dfe3e7; --accent: #b4500f; --good: #1f7a4a; --bad: #b3343f;
          --bar: #3a79ae; --track: #e8edf1;
          --q0: #eef3f7; --q1: #d9e6f0; --q2: #bfd6e8; --q3: #9fc3de; --q4: #7aacd1; --q5: #5693c2; --q6: #3a79ae; --q7: #255f96; --q8: #16477a; --q9: #0b2f57;
          --low-ink: #14202b; --high-ink: #ffffff;
          --s0: #2563a8; --s1: #c2571a; --s2: #2e7d4f; --s3: #8a4fa3; --s4: #a8324a; --s5: #5d6b78;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #10161c; --panel: #161e26; --ink: #e2e9ef; --quiet: #9aa8b5; --line: #2a3540; --accent: #f2a65f; --good: #6cc795; --bad: #f08a92;
            --bar: #5a9fd0; --track: #24303b;
            --q0: #1a2632; --q1: #1d3143; --q2: #203e57; --q3: #244c6d; --q4: #285c84; --q5: #2f6c99; --q6: #4287b8; --q7: #63a2cd; --q8: #8fc0e1; --q9: #c4e1f4;
            --low-ink: #eef4f9; --high-ink: #0b151f;
            --s0: #6fb1ea; --s1: #f2a065; --s2: #70c795; --s3: #c597db; --s4: #f08a9a; --s5: #a4b1bd;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; max-width: 1140px; padding: 40px 28px 72px; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans CJK SC", sans-serif;
        }
        h1 { font-size: 34px; line-height: 1.15; margin: 4px 0 12px; letter-spacing: -.01em; text-wrap: balance; }
        h2 { font-size: 22px; margin: 56px 0 6px; padding-top: 20px; border-top: 1px solid var(--line); }
        h3 { font-size: 16px; margin: 28px 0 2px; }
        p { margin: 0 0 12px; max-width: 76ch; }
        .kicker, .quiet, figcaption, small { color: var(--quiet); }
        .kicker { font-size: 13px; letter-spacing: .06em; text-transform: uppercase; margin: 0; }
        nav { margin: 20px 0 0; font-size: 14px; display: flex; flex-wrap: wrap; gap: 4px 18px; }
        a { color: var(--s0); text-decoration: none; }
        a:hover { text-decoration: underline; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(215px, 1fr)); gap: 14px; margin: 28px 0 0; }
        .card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px 12px; }
        .card b { display: block; font-size: 34px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
        .card span { font-size: 14px; }
        .up { color: var(--good); }
        .down { color: var(--bad); }
        dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(215px, 1fr)); gap: 14px 24px; margin: 18px 0 0; }
        dt { font-size: 13px; color: var(--quiet); }
        dd { margin: 0; overflow-wrap: anywhere; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; margin: 14px 0 4px; }
        th, td { text-align: start; padding: 6px 0; padding-inline-end: 12px; border-bottom: 1px solid var(--line); vertical-align: baseline; }
        thead th { font-size: 13px; font-weight: 600; color: var(--quiet); }
        tbody th { font-weight: 400; }
        tr.group th { padding-top: 20px; font-weight: 650; border-bottom: 1px solid var(--quiet); }
        td.n, th.n { text-align: end; padding-inline-start: 16px; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td.best { font-weight: 700; }
        td.bar { width: 180px; padding-inline-start: 8px; }
        svg { display: block; max-width: 100%; height: auto; }
        svg text { font-family: inherit; fill: var(--ink); }
        svg .quiet { fill: var(--quiet); }
        figure { margin: 8px 0 0; }
        figcaption { font-size: 14px; margin-top: 6px; max-width: 90ch; }
        .track { fill: var(--track); }
        .fill { fill: var(--bar); }
        .grid { stroke: var(--line); stroke-width: 1; }
        .axis { stroke: var(--quiet); stroke-width: 1; }
        .none { fill: none; stroke: var(--line); }
        .q0 { fill: var(--q0); } .q1 { fill: var(--q1); } .q2 { fill: var(--q2); } .q3 { fill: var(--q3); } .q4 { fill: var(--q4); }
        .q5 { fill: var(--q5); } .q6 { fill: var(--q6); } .q7 { fill: var(--q7); } .q8 { fill: var(--q8); } .q9 { fill: var(--q9); }
        .c0 { background: var(--q0); } .c1 { background: var(--q1); } .c2 { background: var(--q2); } .c3 { background: var(--q3); } .c4 { background: var(--q4); }
        .c5 { background: var(--q5); } .c6 { background: var(--q6); } .c7 { background: var(--q7); } .c8 { background: var(--q8); } .c9 { background: var(--q9); }
        td.low { color: var(--low-ink); }
        td.high { color: var(--high-ink); }
        table.matrix { width: auto; }
        table.matrix td, table.matrix th { padding: 5px 12px; border-bottom: 1px solid var(--paper); }
        td.example { max-width: 460px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        svg text.low { fill: var(--low-ink); }
        svg text.high { fill: var(--high-ink); }
        .unseen { fill: var(--accent); stroke: var(--panel); stroke-width: 1; }
        .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
        .dashed { stroke-dasharray: 5 4; }
        .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); } .s3 { stroke: var(--s3); } .s4 { stroke: var(--s4); } .s5 { stroke: var(--s5); }
        .dot { fill: var(--panel); stroke-width: 1.8; }
        article { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 6px 16px 8px; margin: 14px 0; break-inside: avoid; }
        article table { margin: 0; table-layout: fixed; }
        article h3 { margin: 8px 0 4px; }
        article th { width: 170px; font-size: 14px; color: var(--quiet); overflow-wrap: anywhere; }
        article tr:last-child > * { border-bottom: 0; }
        article td { font-size: 17px; overflow-wrap: anywhere; padding-inline-end: 0; }
        .badge { display: inline-block; font-size: 12px; font-weight: 500; color: var(--accent); border: 1px solid currentColor; border-radius: 999px; padding: 0 8px; margin-inline-start: 8px; vertical-align: 1px; }
        .same { color: var(--good); border-color: currentColor; }
        pre { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.5 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; }
        code { font: 13px ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
        @media (max-width: 640px) {
          body { padding: 20px 14px 48px; }
          h1 { font-size: 27px; }
          article th { width: 96px; }
          td.bar, th.bar { display: none; }
          tbody th { min-width: 130px; }
          article th { min-width: 0; }
          .wide svg { max-width: none; }
        }
        @media print {
          :root {
            color-scheme: light;
            --paper: #fff; --panel: #fff; --ink: #000; --quiet: #444; --line: #ccc; --accent: #b4500f; --good: #1f7a4a; --bad: #b3343f;
            --bar: #3a79ae; --track: #e8edf1;
            --q0: #eef3f7; --q1: #d9e6f0; --q2: #bfd6e8; --q3: #9fc3de; --q4: #7aacd1; --q5: #5693c2; --q6: #3a79ae; --q7: #255f96; --q8: #16477a; --q9: #0b2f57;
            --low-ink: #14202b; --high-ink: #fff;
            --s0: #2563a8; --s1: #c2571a; --s2: #2e7d4f; --s3: #8a4fa3; --s4: #a8324a; --s5: #5d6b78;
          }
          body { max-width: none; padding: 0; font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          nav { display: none; }
          figure, .card, tr { break-inside: avoid; }
          h2, h3 { break-after: avoid; }
        }
        """;
}
