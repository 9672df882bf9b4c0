using Llamax.Text.Languages;

namespace Llamax.Corpus.Catalogue;

/// <summary>The script of a column of text.</summary>
/// <param name="Script">ISO 15924; <c>Zyyy</c>, the code of what belongs to all scripts, where no cell has letters.</param>
/// <param name="Share">Cells in this script among all cells with letters, 0 to 1.</param>
/// <param name="Languages">The paper's languages that are written in it, by code: a guess, and a good one only where there are few.</param>
public sealed record ColumnScript(string Script, double Share, IReadOnlyList<string> Languages)
{
    internal static ColumnScript Of(Dictionary<string, long> tally)
    {
        if (tally.Count == 0)
            return new("Zyyy", 0, []);
        var most = tally.MaxBy(entry => entry.Value);
        var languages = LanguageRegistry.All.Where(language => language.Script == most.Key).Select(language => language.Code);
        return new(most.Key, (double)most.Value / tally.Values.Sum(), [.. languages]);
    }
}
