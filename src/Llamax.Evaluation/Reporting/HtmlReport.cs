using Llamax.Evaluation.Suites;

namespace Llamax.Evaluation.Reporting;

/// <summary>
/// The report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere. It is well-formed XML too.
/// The same document gives the same bytes.
/// </summary>
public static class HtmlReport
{
    private static readonly (DirectionGroup Group, string Label)[] Groups =
    [
        (DirectionGroup.FromEnglish, "English → others"),
        (DirectionGroup.IntoEnglish, "others → English"),
        (DirectionGroup.TrainedOthers, "others → others, trained"),
        (DirectionGroup.UnseenOthers, "others → others, never trained"),
    ];

    /// <summary>Makes the page.</summary>
    public static string Render(ReportDocument report)
    {
        var page = new Markup();
        page.Add("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        page.Add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        page.Add("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        if (report.RefreshSeconds > 0)
            page.Add($"<meta http-equiv=\"refresh\" content=\"{report.RefreshSeconds:0}\"/>\n");
        page.Add($"<title>{report.Title}</title>\n");
        page.Add("<style>\n" + ReportStyle.Css + "\n</style>\n</head>\n<body>\n<header>\n");
        page.Add($"<p class=\"kicker\">Llamax report</p>\n<h1>{report.Title}</h1>\n");
        if (report.Summary.Length > 0)
            page.Add($"<p>{report.Summary}</p>\n");
        var hasScores = report.Metrics.Count > 0 && report.Systems.Any(s => s.Directions.Count > 0);
        (string Id, string Heading, bool IsThere, Action Add)[] sections =
        [
            ("results", "Results", hasScores, () => Results(page, report)),
            ("directions", "Every direction", hasScores && report.Languages.Count > 0, () => Maps(page, report)),
            ("training", "Training", report.LossCurves.Any(c => c.Points.Count > 0), () => LossChart.Add(page, report.LossCurves)),
            ("parts", "Loss by kind and language", report.LossGroups.Count > 0, () => Parts(page, report)),
            ("samples", "Samples", report.Samples.Count > 0, () => Samples(page, report)),
            ("use", "Translate with it", report.TranslateCommand.Length > 0, () => page.Add($"<pre>{report.TranslateCommand}</pre>\n")),
            ("run", "What was run", report.Facts.Count > 0, () => Facts(page, report)),
            ("notes", "Before you believe the numbers", report.Notes.Count > 0 || hasScores, () => Notes(page, report)),
        ];
        page.Add("<nav>");
        foreach (var section in sections.Where(s => s.IsThere))
            page.Add($"<a href=\"#{section.Id}\">{section.Heading}</a>");
        page.Add("</nav>\n");
        if (hasScores)
            Cards(page, report);
        page.Add("</header>\n");
        foreach (var section in sections.Where(s => s.IsThere))
        {
            page.Add($"<section id=\"{section.Id}\">\n<h2>{section.Heading}</h2>\n");
            section.Add();
            page.Add("</section>\n");
        }

        page.Add("</body>\n</html>\n");
        return page.ToString();
    }

    /// <summary>The main metric of the last system per group, and its distance to the baseline.</summary>
    private static void Cards(Markup page, ReportDocument report)
    {
        var (metric, last) = (report.Metrics[0], report.Systems[^1]);
        var baseline = report.Systems.FirstOrDefault(s => s.Name == report.Baseline);
        page.Add("<div class=\"cards\">\n");
        foreach (var (group, label) in Groups)
        {
            if (Mean(last, group, metric) is not { } score)
                continue;
            page.Add($"<div class=\"card\"><span>{label}</span><b>{score:F1}</b><span class=\"quiet\">{metric.Label}");
            if (baseline is not null && Mean(baseline, group, metric) is { } before)
            {
                var (change, sign) = score >= before ? ("up", "+") : ("down", "−");
                page.Add($", <span class=\"{change}\">{sign}{Math.Abs(score - before):F1}</span>");
                page.Add($" against {baseline.Name}");
            }

            page.Add("</span></div>\n");
        }

        page.Add("</div>\n");
    }

    private static void Results(Markup page, ReportDocument report)
    {
        page.Add("<p>Means over the directions of each group, every direction counting the same. Bold is the best system of a")
            .Add(" group.</p>\n");
        page.Add("<div class=\"wide\"><table>\n<thead><tr><th>System</th>");
        for (var i = 0; i < report.Metrics.Count; i++)
        {
            page.Add($"<th class=\"n\">{report.Metrics[i].Label}</th>");
            if (i == 0)
                page.Add("<th class=\"bar\"></th>");
        }

        page.Add("<th class=\"n\">exact</th><th class=\"n\">wrong script</th></tr></thead>\n");
        foreach (var (group, label) in Groups)
            Group(page, report, label, d => d.Group == group);
        Group(page, report, "all directions", _ => true);
        page.Add("</table></div>\n");
    }

    private static void Group(Markup page, ReportDocument report, string label, Func<ReportDirection, bool> belongs)
    {
        var systems = report.Systems.Select(s => (System: s, Directions: s.Directions.Where(belongs).ToList()))
            .Where(s => s.Directions.Count > 0).ToList();
        if (systems.Count == 0)
            return;
        var count = systems.Max(s => s.Directions.Count);
        page.Add($"<tbody><tr class=\"group\"><th colspan=\"{report.Metrics.Count + 4}\" scope=\"rowgroup\">{label} ");
        page.Add($"<small>· {count:N0} {(count == 1 ? "direction" : "directions")}</small></th></tr>\n");
        foreach (var (system, directions) in systems)
        {
            page.Add($"<tr><th scope=\"row\">{system.Name}");
            if (system.Note.Length > 0)
                page.Add($" <small>{system.Note}</small>");
            page.Add("</th>");
            for (var i = 0; i < report.Metrics.Count; i++)
            {
                var metric = report.Metrics[i];
                var score = Mean(directions, metric);
                var isBest = systems.Count > 1 && score is not null && systems.All(s => !(Mean(s.Directions, metric) > score));
                if (score is { } value)
                    page.Add($"<td class=\"n{(isBest ? " best" : "")}\">{value:F1}</td>");
                else
                    page.Add("<td class=\"n\">–</td>");
                if (i == 0)
                    AddBar(page, score ?? 0);
            }

            page.Add($"<td class=\"n\">{directions.Average(d => d.ExactShare) * 100:F1} %</td>");
            if (directions.Average(d => d.WrongScriptShare) is { } wrong)
                page.Add($"<td class=\"n\">{wrong * 100:F1} %</td>");
            else
                page.Add("<td class=\"n\">–</td>");
            page.Add("</tr>\n");
        }

        page.Add("</tbody>\n");
    }

    private static void AddBar(Markup page, double score)
    {
        page.Add("<td class=\"bar\"><svg viewBox=\"0 0 160 8\" width=\"160\" height=\"8\" aria-hidden=\"true\"><rect")
            .Add(" class=\"track\" width=\"160\" height=\"8\" rx=\"2\"/>");
        page.Add($"<rect class=\"fill\" width=\"{Math.Clamp(score, 0, 100) * 1.6:F1}\" height=\"8\" rx=\"2\"/></svg></td>");
    }

    private static void Maps(Markup page, ReportDocument report)
    {
        page.Add("<p>Rows are source languages, columns are target languages. All maps share one scale. Point at a cell for")
            .Add(" its numbers.</p>\n");
        var scale = HeatMap.ScaleOf(report);
        HeatMap.AddLegend(page, report, scale);
        foreach (var system in report.Systems.Where(s => s.Directions.Count > 0))
        {
            page.Add($"<h3>{system.Name}</h3>\n");
            HeatMap.Add(page, report, system, scale);
        }
    }

    private static void Parts(Markup page, ReportDocument report)
    {
        page.Add("<p>What has risen most above its best stands first: a language that gets worse is seen at once.</p>\n");
        foreach (var group in report.LossGroups)
            group.Add(page);
    }

    private static void Samples(Markup page, ReportDocument report)
    {
        foreach (var sample in report.Samples)
        {
            var (source, target) = (Language(report, sample.Source), Language(report, sample.Target));
            page.Add($"<article><h3>{source.Name} → {target.Name}");
            if (!sample.Trained)
                page.Add("<span class=\"badge\">never trained</span>");
            page.Add("</h3>\n<table>\n");
            Row("source", sample.SourceText, source, "");
            Row("reference", sample.Reference, target, "");
            foreach (var hypothesis in sample.Hypotheses)
                Row(hypothesis.System, hypothesis.Text, target, sample.Reference);
            page.Add("</table></article>\n");
        }

        void Row(string label, string text, ReportLanguage language, string reference)
        {
            page.Add($"<tr><th scope=\"row\">{label}");
            if (reference.Length > 0 && text.Trim() == reference.Trim())
                page.Add(" <span class=\"badge same\">exact</span>");
            if (string.IsNullOrWhiteSpace(text))
                page.Add("</th><td class=\"quiet\">(empty)</td></tr>\n");
            else
                page.Add($"</th><td lang=\"{language.Bcp47}\" dir=\"{(language.RightToLeft ? "rtl" : "ltr")}\">{text}</td></tr>\n");
        }
    }

    private static void Facts(Markup page, ReportDocument report)
    {
        page.Add("<dl>\n");
        foreach (var fact in report.Facts)
            page.Add($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>\n");
        page.Add("</dl>\n");
    }

    private static void Notes(Markup page, ReportDocument report)
    {
        foreach (var note in report.Notes)
            page.Add($"<h3>{note.Heading}</h3>\n<p>{note.Text}</p>\n");
        if (report.Metrics.Count == 0)
            return;
        page.Add("<h3>Signatures</h3>\n<table><tbody>\n");
        foreach (var metric in report.Metrics)
            page.Add($"<tr><th scope=\"row\">{metric.Label}</th><td><code>{metric.Signature}</code></td></tr>\n");
        page.Add("</tbody></table>\n");
    }

    private static ReportLanguage Language(ReportDocument report, string code) =>
        report.Languages.FirstOrDefault(l => l.Code == code) ?? new(code, code, code, RightToLeft: false);

    private static double? Mean(ReportSystem system, DirectionGroup group, ReportMetric metric) =>
        Mean(system.Directions.Where(d => d.Group == group), metric);

    private static double? Mean(IEnumerable<ReportDirection> directions, ReportMetric metric)
    {
        var scores = directions.Where(d => d.Scores.ContainsKey(metric.Name)).Select(d => d.Scores[metric.Name]).ToList();
        return scores.Count == 0 ? null : scores.Average();
    }
}
