namespace Llamax.Evaluation.Reporting;

/// <summary>Loss against the logarithm of the steps, all stages in one chart.</summary>
internal static class LossChart
{
    private const int Width = 1040;
    private const int Height = 380;
    private const int Left = 56;
    private const int Right = Width - 24;
    private const int Top = 16;
    private const int Bottom = Height - 46;
    private const int Colours = 6;
    private static readonly int[] RoundNumbers = [1, 2, 5, 10];

    /// <summary>More points than pixels say nothing more: buckets of equal width on the logarithmic axis, each drawn as its mean.</summary>
    private const int Buckets = 300;

    public static void Add(Markup page, IReadOnlyList<LossCurve> curves)
    {
        var drawn = curves.Select(c => c with { Points = Thin(c.Points) }).Where(c => c.Points.Count > 0).ToList();
        if (drawn.Count == 0)
            return;
        var points = drawn.SelectMany(c => c.Points).ToList();
        var lastStep = Math.Max(10, points.Max(p => p.Step));
        var spacing = Spacing((points.Max(p => p.Loss) - points.Min(p => p.Loss)) / 6);
        var low = Math.Floor(points.Min(p => p.Loss) / spacing) * spacing;
        var high = Math.Max(low + spacing, Math.Ceiling(points.Max(p => p.Loss) / spacing) * spacing);

        page.Add($"<figure class=\"wide\"><svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\"")
            .Add(" role=\"img\" font-size=\"12\"");
        page.Add(" aria-label=\"training loss by step\">");
        for (var i = 0; low + (i * spacing) <= high + (spacing / 2); i++)
        {
            var value = low + (i * spacing);
            page.Add($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\"/>");
            page.Add($"<text class=\"quiet\" x=\"{Left - 8}\" y=\"{Y(value) + 4:F1}\" text-anchor=\"end\">{value:0.###}</text>");
        }

        for (long decade = 1; decade <= lastStep; decade *= 10)
        {
            foreach (var multiple in RoundNumbers[..3])
            {
                var step = decade * multiple;
                if (step > lastStep)
                    break;
                page.Add($"<line class=\"axis\" x1=\"{X(step):F1}\" x2=\"{X(step):F1}\" y1=\"{Bottom}\"")
                    .Add($" y2=\"{Bottom + (multiple == 1 ? 7 : 4)}\"/>");
                page.Add($"<text class=\"quiet\" x=\"{X(step):F1}\" y=\"{Bottom + 21}\" text-anchor=\"middle\">{step:N0}</text>");
            }
        }

        page.Add($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Bottom}\" y2=\"{Bottom}\"/>");
        page.Add($"<text class=\"quiet\" x=\"{(Left + Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">optimiser steps")
            .Add(" of the stage (logarithmic)</text>");
        page.Add($"<text class=\"quiet\" transform=\"translate(13 {(Top + Bottom) / 2}) rotate(-90)\"")
            .Add(" text-anchor=\"middle\">loss, nats per token</text>");
        for (var i = 0; i < drawn.Count; i++)
            Curve(drawn[i], i % Colours);
        for (var i = 0; i < drawn.Count; i++)
        {
            var y = Top + 12 + (i * 19);
            page.Add($"<line class=\"curve s{i % Colours}{(drawn[i].HeldOut ? " dashed" : "")}\" x1=\"{Right - 310}\"")
                .Add($" x2=\"{Right - 280}\" y1=\"{y - 4}\" y2=\"{y - 4}\"/>");
            page.Add($"<text x=\"{Right - 272}\" y=\"{y}\">{drawn[i].Name}: {drawn[i].Points[^1].Loss:F3}</text>");
        }

        page.Add("</svg><figcaption>The number behind each name is the last loss; dashed lines are text that was not trained")
            .Add(" on.</figcaption></figure>\n");

        double X(long step) => Left + (Math.Log(Math.Max(1, step)) / Math.Log(lastStep) * (Right - Left));

        double Y(double loss) => Bottom - ((loss - low) / (high - low) * (Bottom - Top));

        void Curve(LossCurve curve, int colour)
        {
            page.Add($"<polyline class=\"curve s{colour}{(curve.HeldOut ? " dashed" : "")}\" points=\"");
            foreach (var point in curve.Points)
                page.Add($"{X(point.Step):F1},{Y(point.Loss):F1} ");
            page.Add("\"/>");
            var last = curve.Points[^1];
            page.Add($"<circle class=\"dot s{colour}\" cx=\"{X(last.Step):F1}\" cy=\"{Y(last.Loss):F1}\" r=\"4\">");
            page.Add($"<title>{curve.Name}: {last.Loss:F4} at step {last.Step:N0}</title></circle>");
        }
    }

    private static List<LossPoint> Thin(IReadOnlyList<LossPoint> points)
    {
        var finite = points.Where(p => double.IsFinite(p.Loss)).OrderBy(p => p.Step).ToList();
        if (finite.Count <= Buckets)
            return finite;
        var scale = Buckets / Math.Log(Math.Max(2, finite[^1].Step));
        // The last point stays as it is: its number is printed.
        return [.. finite.SkipLast(1).GroupBy(p => (int)(Math.Log(Math.Max(1, p.Step)) * scale))
            .Select(g => new LossPoint(g.Last().Step, g.Average(p => p.Loss))), finite[^1]];
    }

    /// <summary>The next 1, 2 or 5 times a power of ten.</summary>
    private static double Spacing(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(least, 1e-3))));
        return RoundNumbers.Select(m => m * power).First(s => s >= Math.Max(least, 1e-3) * 0.999);
    }
}
