using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Cleaning;

/// <summary>Length in tokens of the model that will be trained.</summary>
internal sealed class TokenCount(CleaningSides sides, ITokenizer tokenizer) : TextFilter(sides)
{
    private readonly ThreadLocal<List<int>> _ids = new(() => new(256));

    public override string Name => "tokens";

    public override IReadOnlyList<string> Reasons => ["leastTokens", "mostTokens"];

    protected override string? Objection(string text, CleaningSide side)
    {
        var ids = _ids.Value!;
        ids.Clear();
        tokenizer.Encode(text, ids);
        return ids.Count < side.Limits.LeastTokens ? "leastTokens" : ids.Count > side.Limits.MostTokens ? "mostTokens" : null;
    }
}
