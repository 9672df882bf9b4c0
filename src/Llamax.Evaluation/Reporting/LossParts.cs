namespace Llamax.Evaluation.Reporting;

/// <summary>The losses of one stage by kind or by language.</summary>
/// <param name="Heading">For example <c>continual pre-training, by language</c>.</param>
/// <param name="Curves">One or two for each part.</param>
public sealed record LossGroup(string Heading, IReadOnlyList<LossCurve> Curves)
{
    private const int Drawn = 6;

    /// <summary>A table of all curves, those first that have risen most above their best, and a chart of the first ones.</summary>
    internal void Add(Markup page)
    {
        var rows = Curves.Where(curve => curve.Points.Count > 0)
            .Select(curve => (Curve: curve, Best: curve.Points.Min(point => point.Loss), Last: curve.Points[^1].Loss))
            .OrderByDescending(row => row.Last - row.Best).ThenByDescending(row => row.Curve.HeldOut)
            .ThenBy(row => row.Curve.Name, StringComparer.Ordinal).ToList();
        page.Add($"<h3>{Heading}</h3>\n");
        LossChart.Add(page, [.. rows.Take(Drawn).Select(row => row.Curve)]);
        page.Add("<div class=\"wide\"><table>\n<thead><tr><th></th><th class=\"n\">first</th><th class=\"n\">best</th>")
            .Add("<th class=\"n\">last</th><th class=\"n\">above its best</th></tr></thead>\n<tbody>\n");
        foreach (var (curve, best, last) in rows)
        {
            page.Add($"<tr><th scope=\"row\">{curve.Name}</th><td class=\"n\">{curve.Points[0].Loss:F3}</td><td class=\"n\">{best:F3}</td>");
            page.Add($"<td class=\"n\">{last:F3}</td><td class=\"n {(last > best ? "down" : "up")}\">{last - best:F3}</td></tr>\n");
        }

        page.Add("</tbody></table></div>\n");
    }
}
