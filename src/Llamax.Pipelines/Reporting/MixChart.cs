using Llamax.Corpus.Mixing;
using Llamax.Evaluation.Reporting;

namespace Llamax.Pipelines.Reporting;

/// <summary>A plan of a mix: what each language has, what of it will be seen, and how often.</summary>
internal static class MixChart
{
    private const int Left = 168;
    private const int BarWidth = 620;
    private const int Right = 190;
    private const int RowHeight = 26;
    private const int Top = 30;

    public static void Add(Markup page, MixPlan plan)
    {
        var options = plan.Options;
        page.Add($"<p>{Name(options.Method)}, at most {options.MaximumEpochs:0.##} epochs of a language in a stage:");
        page.Add($" {plan.Stages.Sum(stage => stage.Planned):N0} entries will be seen; there are {plan.Languages.Sum(language => language.Size):N0}.");
        page.Add(" Counted in entries, as the set holds them.</p>\n");
        if (plan.Stages.Count == 1)
        {
            Chart(page, plan.Languages);
            return;
        }

        foreach (var stage in plan.Stages)
        {
            page.Add($"<h3>{stage.Name}: {stage.Planned:N0} entries</h3>\n");
            Chart(page, stage.Languages);
        }
    }

    private static void Chart(Markup page, IReadOnlyList<MixLanguage> languages)
    {
        var rows = languages.Where(language => language.Size > 0).OrderByDescending(language => language.Size).ToList();
        var most = (double)Math.Max(1, rows.Max(row => Math.Max(row.Size, row.Planned)));
        var (width, height) = (Left + BarWidth + Right, Top + (rows.Count * RowHeight) + 8);
        page.Add($"<figure class=\"wide\"><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" font-size=\"12\"");
        page.Add(" aria-label=\"entries of each language, and how many will be seen\">");
        page.Add($"<rect class=\"q4\" x=\"{Left}\" y=\"6\" width=\"22\" height=\"10\"/><text class=\"quiet\" x=\"{Left + 28}\" y=\"15\">there</text>");
        page.Add($"<rect class=\"q7\" x=\"{Left + 84}\" y=\"6\" width=\"22\" height=\"10\"/><text class=\"quiet\" x=\"{Left + 112}\" y=\"15\">seen</text>");
        page.Add($"<text class=\"quiet\" x=\"{Left + BarWidth + 12}\" y=\"15\">share · epochs · most repeats</text>");
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, y) = (rows[i], Top + (i * RowHeight));
            page.Add($"<g><title>{CorpusPage.NameOf(row.Language)}: {row.Size:N0} entries, {row.Planned:N0} seen</title>");
            page.Add($"<text x=\"{Left - 8}\" y=\"{y + 15}\" text-anchor=\"end\">{CorpusPage.NameOf(row.Language)}</text>");
            page.Add($"<rect class=\"q4\" x=\"{Left}\" y=\"{y + 2}\" width=\"{Width(row.Size):0.#}\" height=\"8\" rx=\"2\"/>");
            page.Add($"<rect class=\"q7\" x=\"{Left}\" y=\"{y + 11}\" width=\"{Width(row.Planned):0.#}\" height=\"8\" rx=\"2\"/>");
            page.Add($"<text x=\"{Left + BarWidth + 12}\" y=\"{y + 15}\">{100 * row.Probability:0.0} % · {row.Epochs:0.00} · {row.Repeats}</text></g>");
        }

        page.Add("</svg></figure>\n");

        double Width(long entries) => entries == 0 ? 0 : Math.Max(1, BarWidth * (entries / most));
    }

    private static string Name(MixMethod method) => method switch
    {
        MixMethod.Proportional => "Proportional",
        MixMethod.Temperature => "By temperature",
        _ => "UniMax",
    };
}
