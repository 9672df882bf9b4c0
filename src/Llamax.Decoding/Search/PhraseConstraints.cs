namespace Llamax.Decoding.Search;

/// <summary>
/// Lexically constrained beam search by dynamic beam allocation (Post and Vilar, NAACL 2018): beams are shared out over banks, a bank
/// being the hypotheses that have said equally many tokens of the phrases, so that saying them is worth its price. All states are
/// functions of the answer.
/// </summary>
/// <param name="phrases">Of each phrase its spellings in tokens; none is empty.</param>
internal sealed class PhraseConstraints(IReadOnlyList<IReadOnlyList<int[]>> phrases)
{
    /// <summary>The bank in which everything is said.</summary>
    public int Length { get; } = phrases.Sum(Weight);

    public bool AreSaid(ReadOnlySpan<int> answer) => Said(answer) == Length;

    /// <summary>The bank of an answer: tokens of whole phrases, and of the longest one that its end begins.</summary>
    public int Said(ReadOnlySpan<int> answer)
    {
        var (whole, begun) = (0, 0);
        foreach (var phrase in phrases)
            if (IsIn(answer, phrase))
                whole += Weight(phrase);
            else
                foreach (var spelling in phrase)
                    begun = Math.Max(begun, Math.Min(Begun(answer, spelling), Weight(phrase) - 1));
        return whole + begun;
    }

    /// <summary>The tokens that would begin or go on with a phrase that is not said.</summary>
    public IReadOnlyCollection<int> Wanted(ReadOnlySpan<int> answer)
    {
        var wanted = new HashSet<int>();
        foreach (var phrase in phrases)
            if (!IsIn(answer, phrase))
                foreach (var spelling in phrase)
                {
                    wanted.Add(spelling[0]);
                    wanted.Add(spelling[Begun(answer, spelling)]);
                }

        return wanted;
    }

    /// <summary>
    /// Orders continuations so that every bank has its share among the first <paramref name="beams"/>: one of each bank in turn, the
    /// fullest bank first; what a bank lacks goes to the others.
    /// </summary>
    public List<Continuation> Allot(IReadOnlyList<Continuation> continuations, int beams)
    {
        var banks = continuations
            .OrderByDescending(continuation => continuation.LogProbability)
            .GroupBy(continuation => Said(continuation.Answer))
            .OrderByDescending(bank => bank.Key)
            .Select(bank => new Queue<Continuation>(bank))
            .ToList();
        var allotted = new List<Continuation>(2 * beams);
        while (allotted.Count < 2 * beams && banks.Exists(bank => bank.Count > 0))
            foreach (var bank in banks)
                if (bank.TryDequeue(out var continuation))
                    allotted.Add(continuation);
        return allotted;
    }

    // Spellings differ in length; a phrase counts the shortest, so that no spelling is worth more than another.
    private static int Weight(IReadOnlyList<int[]> phrase) => phrase.Min(spelling => spelling.Length);

    private static bool IsIn(ReadOnlySpan<int> answer, IReadOnlyList<int[]> phrase)
    {
        foreach (var spelling in phrase)
            if (answer.IndexOf(spelling) >= 0)
                return true;
        return false;
    }

    /// <summary>How many first tokens of a spelling the answer ends with, the whole spelling excepted.</summary>
    private static int Begun(ReadOnlySpan<int> answer, int[] spelling)
    {
        for (var length = Math.Min(answer.Length, spelling.Length - 1); length > 0; length--)
            if (answer.EndsWith(spelling.AsSpan(0, length)))
                return length;
        return 0;
    }
}
