using Llamax.Corpus;
using Llamax.Corpus.Statistics;
using Llamax.Evaluation.Reporting;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Reporting;

/// <summary>Statistics of a corpus as one HTML file that needs nothing else, in the style of the report of a run.</summary>
public static class CorpusPage
{
    private const int MostSources = 10;
    private const int MostDirections = 60;
    private const int Steps = 10;
    private const int LowSteps = 6;

    /// <param name="inputs">What was counted.</param>
    /// <param name="statistics">The counts.</param>
    public static string Render(IReadOnlyList<string> inputs, CorpusStatistics statistics)
    {
        var title = inputs is [var only] ? Path.GetFileName(only) : FormattableString.Invariant($"{inputs.Count:N0} corpora");
        var page = new Markup();
        page.Add("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        page.Add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        page.Add("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        page.Add($"<title>{title}</title>\n");
        page.Add("<style>\n" + ReportStyle.Css + "\n</style>\n</head>\n<body>\n<header>\n");
        page.Add($"<p class=\"kicker\">Llamax corpus statistics</p>\n<h1>{title}</h1>\n");
        page.Add($"<p class=\"quiet\">{Head(string.Join(", ", inputs))}</p>\n");
        (string Id, string Heading, bool IsThere, Action Add)[] sections =
        [
            ("mix", "Mix", statistics.Mix is not null, () => MixChart.Add(page, statistics.Mix!)),
            ("languages", "Languages", true, () => Languages(page, statistics)),
            ("sources", "Languages × sources", true, () => Sources(page, statistics)),
            ("directions", "Kinds and directions", true, () => Directions(page, statistics)),
            ("removed", "Removed by reason", statistics.Removed.Count > 0, () => Removed(page, statistics)),
            ("malformed", "Malformed lines", statistics.Malformed > 0, () => Malformed(page, statistics)),
            ("samples", "Samples", statistics.Samples.Count > 0, () => Samples(page, statistics)),
        ];
        page.Add("<nav>");
        foreach (var section in sections.Where(section => section.IsThere))
            page.Add($"<a href=\"#{section.Id}\">{section.Heading}</a>");
        page.Add("</nav>\n");
        Cards(page, statistics);
        page.Add("</header>\n");
        foreach (var section in sections.Where(section => section.IsThere))
        {
            page.Add($"<section id=\"{section.Id}\">\n<h2>{section.Heading}</h2>\n");
            section.Add();
            page.Add("</section>\n");
        }

        page.Add("</body>\n</html>\n");
        return page.ToString();
    }

    /// <summary>English name of a language; the code where nobody knows it.</summary>
    internal static string NameOf(string code) => LanguageRegistry.TryFind(code, out var language) ? language.Name : code;

    private static void Cards(Markup page, CorpusStatistics statistics)
    {
        page.Add("<div class=\"cards\">\n");
        Card("entries", Short(statistics.Items), FormattableString.Invariant($"{statistics.Directions.Count:N0} kinds and directions"));
        Card("languages", $"{statistics.Languages.Count}", statistics.Sources.Count == 1 ? "1 source" : $"{Short(statistics.Sources.Count)} sources");
        Card(
            statistics.HasTokens ? "tokens" : "characters",
            Short(statistics.Languages.Sum(language => language.Tokens?.Sum ?? language.Characters.Sum)),
            FormattableString.Invariant($"in {statistics.Languages.Sum(language => language.Texts):N0} texts"));
        Card(
            "said before", FormattableString.Invariant($"{100.0 * statistics.Repeated / statistics.Items:0.0} %"),
            FormattableString.Invariant($"{statistics.Repeated:N0} entries repeat an earlier one"));
        if (statistics.Removed.Count > 0)
            Card("removed", Short(statistics.Removed.Sum(reason => reason.Count)), $"first {statistics.Removed[0].Reason}");
        page.Add("</div>\n");

        void Card(string label, string number, string note) =>
            page.Add($"<div class=\"card\"><span>{label}</span><b>{number}</b><span class=\"quiet\">{note}</span></div>\n");
    }

    private static void Languages(Markup page, CorpusStatistics statistics)
    {
        page.Add("<p>Lengths are of single texts: a line, or one side of a pair. The bars show how they are spread, each bar a doubling;")
            .Add(" half of the texts are at most as long as the median. A script that is not the language's own is marked.</p>\n");
        page.Add("<div class=\"wide\"><table>\n<thead><tr><th>Language</th><th class=\"n\">texts</th><th class=\"n\">characters</th>")
            .Add("<th class=\"n\">median</th><th class=\"n\">95 %</th><th>spread</th><th class=\"n\">words</th>");
        if (statistics.HasTokens)
            page.Add("<th class=\"n\">tokens</th><th class=\"n\">per word</th>");
        page.Add("<th>scripts</th></tr></thead>\n<tbody>\n");
        var widest = statistics.Languages.Max(language => language.Characters.Octaves().Count);
        foreach (var language in statistics.Languages.OrderByDescending(language => language.Texts))
        {
            page.Add($"<tr><th scope=\"row\">{NameOf(language.Code)} <small>{language.Code}</small></th>");
            page.Add($"<td class=\"n\">{language.Texts:N0}</td><td class=\"n\">{language.Characters.Mean:0.0}</td>");
            page.Add($"<td class=\"n\">{language.Characters.Quantile(0.5):N0}</td><td class=\"n\">{language.Characters.Quantile(0.95):N0}</td><td>");
            Spread(page, language.Characters, widest);
            page.Add("</td>");
            Number(language.Words?.Mean);
            if (statistics.HasTokens)
            {
                Number(language.Tokens?.Mean);
                Number(language.Words is { Sum: > 0 } words ? (double)language.Tokens!.Sum / words.Sum : null);
            }

            page.Add("<td>");
            Scripts(page, language);
            page.Add("</td></tr>\n");
        }

        page.Add("</tbody></table></div>\n");

        void Number(double? value)
        {
            if (value is { } number)
                page.Add($"<td class=\"n\">{number:0.0}</td>");
            else
                page.Add("<td class=\"n\">–</td>");
        }
    }

    private static void Spread(Markup page, LengthHistogram lengths, int octaves)
    {
        var counts = lengths.Octaves();
        var most = Math.Max(1, counts.Max());
        var (bar, height) = (9, 22);
        page.Add($"<svg viewBox=\"0 0 {octaves * bar} {height}\" width=\"{octaves * bar}\" height=\"{height}\" role=\"img\"");
        page.Add(" aria-label=\"lengths by doublings\">");
        for (var octave = 0; octave < octaves; octave++)
        {
            var count = octave < counts.Count ? counts[octave] : 0;
            var tall = count == 0 ? 0 : Math.Max(1, (double)height * count / most);
            var (low, high) = octave == 0 ? (0, 0) : (1 << (octave - 1), (1 << octave) - 1);
            page.Add($"<g><title>{low:N0} to {high:N0} characters: {count:N0} texts</title><rect class=\"track\" x=\"{octave * bar}\" y=\"0\"");
            page.Add($" width=\"{bar - 1}\" height=\"{height}\"/><rect class=\"fill\" x=\"{octave * bar}\" y=\"{height - tall:0.#}\"");
            page.Add($" width=\"{bar - 1}\" height=\"{tall:0.#}\"/></g>");
        }

        page.Add("</svg>");
    }

    private static void Scripts(Markup page, LanguageStatistics language)
    {
        var own = LanguageRegistry.TryFind(language.Code, out var known) ? known.Script : null;
        var parts = 0;
        foreach (var (script, count) in language.Scripts.Take(3))
        {
            var share = 100.0 * count / language.Texts;
            var name = script.Length == 0 ? "none" : script;
            if (parts > 0 && share < 0.05)
                break;
            var isForeign = own is not null && script.Length > 0 && script != own && !(script == "Hani" && own is "Hans" or "Hant" or "Jpan" or "Hang");
            if (parts++ > 0)
                page.Add(", ");
            if (isForeign)
                page.Add($"<span class=\"down\">{name} {share:0.0} %</span>");
            else
                page.Add($"{name} {share:0.0} %");
        }
    }

    private static void Sources(Markup page, CorpusStatistics statistics)
    {
        var columns = statistics.Sources.Take(MostSources).ToList();
        var rest = statistics.Sources.Skip(MostSources).ToList();
        page.Add("<p>Texts of each language from each source; the darker, the more (logarithmic).</p>\n");
        var counts = statistics.Sources.SelectMany(source => source.ByLanguage.Values).DefaultIfEmpty(1).ToList();
        var (least, range) = (Math.Log(counts.Min()), Math.Log(counts.Max()) - Math.Log(counts.Min()));
        page.Add("<div class=\"wide\"><table class=\"matrix\">\n<thead><tr><th></th>");
        foreach (var source in columns)
            page.Add($"<th class=\"n\" title=\"{source.Name}\">{Tail(source.Name)}<br/><small>{source.Items:N0}</small></th>");
        if (rest.Count > 0)
            page.Add($"<th class=\"n\">{rest.Count:N0} others<br/><small>{rest.Sum(source => source.Items):N0}</small></th>");
        page.Add("</tr></thead>\n<tbody>\n");
        foreach (var language in statistics.Languages.OrderByDescending(language => language.Texts))
        {
            page.Add($"<tr><th scope=\"row\">{NameOf(language.Code)}</th>");
            foreach (var source in columns)
                Cell(source.ByLanguage.GetValueOrDefault(language.Code));
            if (rest.Count > 0)
                Cell(rest.Sum(source => source.ByLanguage.GetValueOrDefault(language.Code)));
            page.Add("</tr>\n");
        }

        page.Add("</tbody></table></div>\n");

        void Cell(long count)
        {
            if (count == 0)
            {
                page.Add("<td class=\"n quiet\">–</td>");
                return;
            }

            var step = range == 0 ? Steps / 2 : Math.Clamp((int)((Math.Log(count) - least) / range * Steps), 0, Steps - 1);
            page.Add($"<td class=\"n c{step} {(step < LowSteps ? "low" : "high")}\">{count:N0}</td>");
        }
    }

    private static void Directions(Markup page, CorpusStatistics statistics)
    {
        var rows = statistics.Directions.OrderByDescending(direction => direction.Items).ToList();
        var most = Math.Max(1, rows[0].Items);
        page.Add("<div class=\"wide\"><table>\n<thead><tr><th>Kind</th><th>direction</th><th class=\"n\">entries</th><th class=\"bar\"></th>")
            .Add("<th class=\"n\">said before</th></tr></thead>\n<tbody>\n");
        foreach (var row in rows.Take(MostDirections))
        {
            var direction = row.Target.Length == 0 ? NameOf(row.Source) : $"{NameOf(row.Source)} → {NameOf(row.Target)}";
            page.Add($"<tr><th scope=\"row\">{EntryKindNames.Of(row.Kind)}</th><td>{direction}</td><td class=\"n\">{row.Items:N0}</td>");
            Bar(page, (double)row.Items / most);
            page.Add($"<td class=\"n\">{100.0 * row.Repeated / row.Items:0.0} %</td></tr>\n");
        }

        page.Add("</tbody></table></div>\n");
        if (rows.Count > MostDirections)
            page.Add($"<p class=\"quiet\">And {rows.Count - MostDirections:N0} smaller ones with {rows.Skip(MostDirections).Sum(row => row.Items):N0} entries.</p>\n");
    }

    private static void Removed(Markup page, CorpusStatistics statistics)
    {
        var most = Math.Max(1, statistics.Removed[0].Count);
        page.Add("<p>What cleaning had taken out of these corpora before they were counted.</p>\n");
        page.Add("<div class=\"wide\"><table>\n<thead><tr><th>Reason</th><th class=\"n\">entries</th><th class=\"bar\"></th><th>for example</th></tr></thead>\n<tbody>\n");
        foreach (var reason in statistics.Removed.Where(reason => reason.Count > 0))
        {
            page.Add($"<tr><th scope=\"row\">{reason.Reason}</th><td class=\"n\">{reason.Count:N0}</td>");
            Bar(page, (double)reason.Count / most);
            page.Add("<td class=\"example\">");
            foreach (var sample in reason.Samples.Take(1))
                page.Add($"<span dir=\"auto\" title=\"{sample.Origin}\">{Head(string.Join(" ||| ", sample.Texts))}</span>");
            page.Add("</td></tr>\n");
        }

        page.Add("</tbody></table></div>\n");
    }

    private static void Malformed(Markup page, CorpusStatistics statistics)
    {
        page.Add($"<p>{statistics.Malformed:N0} lines could not be read, for example:</p>\n<pre>");
        foreach (var example in statistics.MalformedExamples)
            page.Add($"{example}\n");
        page.Add("</pre>\n");
    }

    private static void Samples(Markup page, CorpusStatistics statistics)
    {
        foreach (var language in statistics.Samples.GroupBy(item => item.Source))
        {
            page.Add($"<article><h3>{NameOf(language.Key)}</h3>\n<table>\n");
            foreach (var item in language)
            {
                var where = $"{item.Origin}";
                for (var i = 0; i < item.Texts.Count; i++)
                {
                    var code = i == 0 || item.Target.Length == 0 ? item.Source : item.Target;
                    LanguageRegistry.TryFind(code, out var known);
                    page.Add($"<tr><th scope=\"row\" title=\"{where}\">{(i == 0 ? EntryKindNames.Of(item.Kind) : "")} {code}</th>");
                    page.Add($"<td lang=\"{known?.Bcp47 ?? "und"}\" dir=\"{(known?.RightToLeft == true ? "rtl" : "ltr")}\">{Head(item.Texts[i])}</td></tr>\n");
                }
            }

            page.Add("</table></article>\n");
        }
    }

    private static void Bar(Markup page, double share)
    {
        page.Add("<td class=\"bar\"><svg viewBox=\"0 0 160 8\" width=\"160\" height=\"8\" aria-hidden=\"true\"><rect class=\"track\" width=\"160\"")
            .Add(" height=\"8\" rx=\"2\"/>");
        page.Add($"<rect class=\"fill\" width=\"{Math.Clamp(share, 0, 1) * 160:0.#}\" height=\"8\" rx=\"2\"/></svg></td>");
    }

    private static string Short(long number) => number switch
    {
        >= 10_000_000_000 => FormattableString.Invariant($"{number / 1e9:0.0} G"),
        >= 1_000_000 => FormattableString.Invariant($"{number / 1e6:0.0} M"),
        >= 100_000 => FormattableString.Invariant($"{number / 1e3:0} k"),
        _ => FormattableString.Invariant($"{number:N0}"),
    };

    private static string Head(string text) => text.Length <= 300 ? text : text[..(char.IsHighSurrogate(text[299]) ? 299 : 300)] + "…";

    private static string Tail(string name)
    {
        var file = name[(name.LastIndexOf('/') + 1)..];
        return file.Length <= 24 ? file : "…" + file[^23..];
    }
}
