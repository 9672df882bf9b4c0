namespace Llamax.Decoding.Search;

/// <summary>When an answer is over: an end token, or a rule that looks at the whole of it.</summary>
/// <param name="Ids">Tokens that end an answer.</param>
/// <param name="Stop">Null = the end tokens alone.</param>
internal sealed record Endings(IReadOnlySet<int> Ids, StopRule? Stop)
{
    /// <summary>How an answer ends with its last token; null where it goes on.</summary>
    public Ending? Of(int[] answer) =>
        Ids.Contains(answer[^1]) ? Ending.EndToken
        : Stop is not null && Stop(answer) ? Ending.StopRule
        : null;
}
