namespace Llamax.Evaluation.Reporting;

/// <summary>A map of all directions of one system: rows are sources, columns are targets, colour is the main metric.</summary>
internal static class HeatMap
{
    private const int Steps = 10;

    /// <summary>The steps whose ink is the darker one in light mode.</summary>
    private const int LowSteps = 6;

    /// <summary>The scale that the maps of all systems share, so that one colour is one score: whole tens around all values.</summary>
    public static (double Low, double High) ScaleOf(ReportDocument report)
    {
        var metric = report.Metrics[0].Name;
        var values = report.Systems.SelectMany(s => s.Directions)
            .Where(d => d.Scores.ContainsKey(metric)).Select(d => d.Scores[metric]).ToList();
        if (values.Count == 0)
            return (0, 100);
        var low = Math.Floor(values.Min() / 10) * 10;
        return (low, Math.Max(low + 10, Math.Ceiling(values.Max() / 10) * 10));
    }

    public static void Add(Markup page, ReportDocument report, ReportSystem system, (double Low, double High) scale)
    {
        var metric = report.Metrics[0].Name;
        var directions = system.Directions.ToDictionary(d => (d.Source, d.Target));
        var sources = report.Languages.Where(l => system.Directions.Any(d => d.Source == l.Code)).ToList();
        var targets = report.Languages.Where(l => system.Directions.Any(d => d.Target == l.Code)).ToList();
        if (sources.Count == 0)
            return;
        var most = Math.Max(sources.Count, targets.Count);
        var (cellWidth, cellHeight, font) = most <= 12 ? (52, 30, 13) : most <= 28 ? (36, 24, 11) : most <= 50 ? (19, 19, 10) : (10, 10, 8);
        var showsNumbers = cellWidth >= 36;
        const int Left = 150;
        const int Top = 62;
        const int Gap = 8;
        // The column of means carries numbers even where the cells are too small for them.
        var meanWidth = Math.Max(cellWidth, 36);
        var meanHeight = Math.Max(cellHeight, 18);
        var meanX = Left + (targets.Count * cellWidth) + Gap;
        var meanY = Top + (sources.Count * cellHeight) + Gap;
        var (width, height) = (meanX + meanWidth + 30, meanY + meanHeight + 4);

        page.Add($"<figure class=\"wide\"><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\"")
            .Add($" role=\"img\" font-size=\"{font}\"");
        page.Add($" aria-label=\"{report.Metrics[0].Label} of {system.Name} by source and target language\">");
        page.Add($"<text class=\"quiet\" x=\"{Left - 8}\" y=\"{Top - 8}\" text-anchor=\"end\" font-size=\"11\">from ↓ · to →</text>");
        for (var column = 0; column < targets.Count; column++)
            ColumnLabel(targets[column].Code, targets[column].Name, Left + (column * cellWidth) + (cellWidth / 2));
        ColumnLabel("mean", "mean over targets", meanX + (meanWidth / 2));
        for (var row = 0; row < sources.Count; row++)
        {
            var y = Top + (row * cellHeight);
            page.Add($"<text x=\"{Left - 8}\" y=\"{Baseline(y, cellHeight):0.#}\" text-anchor=\"end\">{Short(sources[row].Name)}</text>");
            for (var column = 0; column < targets.Count; column++)
                Cell(sources[row], targets[column], Left + (column * cellWidth), y);
            Mean(system.Directions.Where(d => d.Source == sources[row].Code), $"from {sources[row].Name}", meanX, y, meanWidth, cellHeight);
        }

        page.Add($"<text x=\"{Left - 8}\" y=\"{Baseline(meanY, meanHeight):0.#}\" text-anchor=\"end\">mean</text>");
        for (var column = 0; column < targets.Count; column++)
        {
            Mean(
                system.Directions.Where(d => d.Target == targets[column].Code), $"into {targets[column].Name}",
                Left + (column * cellWidth), meanY, cellWidth, meanHeight);
        }

        Mean(system.Directions, "all directions", meanX, meanY, meanWidth, meanHeight);
        page.Add("</svg></figure>\n");

        void ColumnLabel(string code, string name, int x) =>
            page.Add($"<text transform=\"translate({x + (font / 3)} {Top - 8}) rotate(-50)\"><title>{name}</title>{code}</text>");

        void Cell(ReportLanguage source, ReportLanguage target, int x, int y)
        {
            if (!directions.TryGetValue((source.Code, target.Code), out var direction))
            {
                if (source.Code != target.Code)
                    page.Add($"<rect class=\"none\" x=\"{x + 1.5:0.#}\" y=\"{y + 1.5:0.#}\" width=\"{cellWidth - 3}\"")
                        .Add($" height=\"{cellHeight - 3}\"/>");
                return;
            }

            page.Add($"<g><title>{source.Name} → {target.Name}: {Describe(report, direction)}</title>");
            double? score = direction.Scores.TryGetValue(metric, out var value) ? value : null;
            Box(score, x, y, cellWidth, cellHeight, showsNumbers);
            if (!direction.Trained)
                page.Add($"<circle class=\"unseen\" cx=\"{x + cellWidth - 4}\" cy=\"{y + 4}\" r=\"{(cellWidth < 18 ? 1.6 : 2.4):0.#}\"/>");
            page.Add("</g>");
        }

        void Mean(IEnumerable<ReportDirection> chosen, string what, int x, int y, int boxWidth, int boxHeight)
        {
            var values = chosen.Where(d => d.Scores.ContainsKey(metric)).Select(d => d.Scores[metric]).ToList();
            if (values.Count == 0)
                return;
            page.Add($"<g><title>mean {what}: {values.Average():F1}</title>");
            Box(values.Average(), x, y, boxWidth, boxHeight, boxWidth >= 30 && boxHeight >= 14);
            page.Add("</g>");
        }

        void Box(double? value, int x, int y, int boxWidth, int boxHeight, bool withNumber)
        {
            if (value is not { } score)
            {
                page.Add($"<rect class=\"none\" x=\"{x + 1.5:0.#}\" y=\"{y + 1.5:0.#}\" width=\"{boxWidth - 3}\"")
                    .Add($" height=\"{boxHeight - 3}\"/>");
                return;
            }

            var step = StepOf(score, scale);
            page.Add($"<rect class=\"q{step}\" x=\"{x}\" y=\"{y}\" width=\"{boxWidth - 1}\" height=\"{boxHeight - 1}\"/>");
            if (withNumber)
            {
                page.Add($"<text class=\"{(step < LowSteps ? "low" : "high")}\" x=\"{x + ((boxWidth - 1) / 2.0):0.#}\"");
                page.Add($" y=\"{Baseline(y, boxHeight):0.#}\" text-anchor=\"middle\">{score:F0}</text>");
            }
        }

        double Baseline(int y, int boxHeight) => y + (boxHeight / 2.0) + (font * 0.35) - 0.5;
    }

    /// <summary>The colours, the scores that they stand for, and the marks.</summary>
    public static void AddLegend(Markup page, ReportDocument report, (double Low, double High) scale)
    {
        const int StepWidth = 34;
        const int Left = 12;
        page.Add($"<figure class=\"wide\"><svg viewBox=\"0 0 820 46\" width=\"820\" height=\"46\" role=\"img\" font-size=\"12\"")
            .Add(" aria-label=\"colour scale\">");
        for (var step = 0; step < Steps; step++)
            page.Add($"<rect class=\"q{step}\" x=\"{Left + (step * StepWidth)}\" y=\"4\" width=\"{StepWidth}\" height=\"14\"/>");
        for (var value = scale.Low; value <= scale.High; value += 10)
        {
            var x = Left + ((value - scale.Low) / (scale.High - scale.Low) * Steps * StepWidth);
            page.Add($"<text class=\"quiet\" x=\"{x:0.#}\" y=\"34\" text-anchor=\"middle\">{value:0}</text>");
        }

        page.Add($"<text x=\"{Left + (Steps * StepWidth) + 14}\" y=\"15\">{report.Metrics[0].Label}</text>");
        page.Add($"<circle class=\"unseen\" cx=\"{Left + 484}\" cy=\"11\" r=\"4\"/><text x=\"{Left + 494}\" y=\"15\">never")
            .Add(" trained on sentence pairs</text>");
        page.Add($"<rect class=\"none\" x=\"{Left + 716}\" y=\"4\" width=\"20\" height=\"14\"/><text x=\"{Left + 742}\"")
            .Add(" y=\"15\">not run</text>");
        page.Add("</svg></figure>\n");
    }

    private static string Describe(ReportDocument report, ReportDirection direction)
    {
        var parts = report.Metrics.Where(m => direction.Scores.ContainsKey(m.Name))
            .Select(m => FormattableString.Invariant($"{m.Label} {direction.Scores[m.Name]:F1}"))
            .Append(FormattableString.Invariant($"exact {direction.ExactShare * 100:F1} %"));
        if (direction.WrongScriptShare is { } wrong)
            parts = parts.Append(FormattableString.Invariant($"wrong script {wrong * 100:F1} %"));
        return string.Join(", ", parts) + (direction.Trained ? "" : "; never trained");
    }

    private static int StepOf(double value, (double Low, double High) scale) =>
        Math.Clamp((int)((value - scale.Low) / (scale.High - scale.Low) * Steps), 0, Steps - 1);

    private static string Short(string name) => name.Length <= 22 ? name : name[..21] + "…";
}
