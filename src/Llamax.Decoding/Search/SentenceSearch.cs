namespace Llamax.Decoding.Search;

/// <summary>A live hypothesis of one sentence.</summary>
/// <param name="Tokens">What was generated so far.</param>
/// <param name="LogProbability">Sum over <paramref name="Tokens"/>.</param>
/// <param name="Parent">Which beam of the step before it continues.</param>
internal sealed record Beam(int[] Tokens, double LogProbability, int Parent);

/// <summary>The search of one sentence, apart from any engine: it is shown what its beams may say next, and chooses.</summary>
internal abstract class SentenceSearch(int index, SearchPrompt prompt, int limit)
{
    /// <summary>Where the result belongs.</summary>
    public int Index => index;

    public SearchPrompt Prompt => prompt;

    /// <summary>The most new tokens, end token counted.</summary>
    public int Limit => limit;

    /// <summary>Live hypotheses; at the beginning one, the prompt alone.</summary>
    public IReadOnlyList<Beam> Beams { get; protected set; } = [new([], 0, 0)];

    public bool IsDone { get; protected set; }

    /// <summary>What was found, best first.</summary>
    public abstract IReadOnlyList<Hypothesis> Best { get; }

    /// <summary>Tokens of every live hypothesis.</summary>
    protected int Length { get; private set; }

    /// <summary>Continues every beam by one token.</summary>
    /// <param name="next">What the rows may say.</param>
    /// <param name="firstRow">The row of the first beam; the others follow it.</param>
    public void Extend(NextTokens next, int firstRow)
    {
        Length++;
        if (Length > Prompt.Forced.Count)
        {
            Choose(next, firstRow);
            return;
        }

        Beams = [new([.. Beams[0].Tokens, Prompt.Forced[Length - 1]], 0, 0)];
        if (Length == Limit)
            Cut();
    }

    /// <summary>As <see cref="Extend"/>, where nothing is forced; <see cref="Length"/> counts the new token already.</summary>
    protected abstract void Choose(NextTokens next, int firstRow);

    /// <summary>Ends the search with the live hypotheses.</summary>
    protected abstract void Cut();
}
