using Llamax.Runs;

namespace Llamax.Corpus.Mixing;

/// <summary>What comes next.</summary>
/// <param name="Source">Place of the source in the stage's shares.</param>
/// <param name="Epoch">How often the source was seen whole before.</param>
/// <param name="Entry">Place in the source's own order, which whoever reads it may shuffle by epoch.</param>
public readonly record struct MixStep(int Source, int Epoch, long Entry);

/// <summary>
/// The order of a stage: at each step a source is drawn by how many of its visits are left, so that every order of the visits is equally
/// likely and the counts come out exactly. Memory grows with the sources alone; each step costs the logarithm of their number.
/// </summary>
public static class MixOrder
{
    /// <summary>The steps of a stage from one of them on; the same for the same draws, wherever it starts.</summary>
    /// <param name="stage">Its visits are drawn.</param>
    /// <param name="draws">Keyed by seed and stage.</param>
    /// <param name="start">Steps to pass over: they are drawn again, without reading anything.</param>
    public static IEnumerable<MixStep> Steps(MixStage stage, Draws draws, long start = 0)
    {
        var visits = stage.Shares.Select(share => share.Visits).ToArray();
        var left = new RemainingVisits(visits);
        var seen = new long[visits.Length];
        for (var step = 0L; left.Total > 0; step++)
        {
            var source = left.Take((long)Math.BigMul(draws.Bits((ulong)step), (ulong)left.Total, out _));
            var (epoch, entry) = Math.DivRem(seen[source]++, stage.Shares[source].Source.Entries);
            if (step >= start)
                yield return new(source, (int)epoch, entry);
        }
    }

    /// <summary>Sums over powers of two (Fenwick 1994): finds and takes the n-th of all remaining visits.</summary>
    private sealed class RemainingVisits
    {
        private readonly long[] _sums;
        private readonly int _highest;

        public RemainingVisits(long[] visits)
        {
            _sums = new long[visits.Length + 1];
            for (var i = 1; i < _sums.Length; i++)
            {
                _sums[i] += visits[i - 1];
                Total += visits[i - 1];
                if (i + (i & -i) is var above && above < _sums.Length)
                    _sums[above] += _sums[i];
            }

            _highest = visits.Length == 0 ? 0 : 1 << (31 - int.LeadingZeroCount(visits.Length));
        }

        public long Total { get; private set; }

        public int Take(long number)
        {
            var place = 0;
            for (var step = _highest; step > 0; step >>= 1)
            {
                if (place + step >= _sums.Length || _sums[place + step] > number)
                {
                    // The source lies in this stretch: one visit less is left in it.
                    if (place + step < _sums.Length)
                        _sums[place + step]--;
                    continue;
                }

                place += step;
                number -= _sums[place];
            }

            Total--;
            return place;
        }
    }
}
