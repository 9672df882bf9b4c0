using System.Collections.Concurrent;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Cleaning;

/// <summary>Length in tokens of the model that will be trained.</summary>
internal sealed class TokenCount(CleaningSides sides, ITokenizer tokenizer) : TextFilter(sides)
{
    // One for each thread that counts at the same time.
    private readonly ConcurrentBag<List<int>> _buffers = [];

    public override string Name => "tokens";

    public override IReadOnlyList<string> Reasons => ["leastTokens", "mostTokens"];

    protected override string? Objection(string text, CleaningSide side)
    {
        if (!_buffers.TryTake(out var ids))
            ids = [];
        ids.Clear();
        tokenizer.Encode(text, ids);
        var count = ids.Count;
        _buffers.Add(ids);
        return count < side.Limits.LeastTokens ? "leastTokens" : count > side.Limits.MostTokens ? "mostTokens" : null;
    }
}
