using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>
/// T5's positions (Raffel et al. 2020, section 2.1): a learnt number per head for every bucket of distances, added to the scores of
/// all layers. Near distances have a bucket each, far ones share buckets that grow logarithmically.
/// </summary>
/// <param name="table">[buckets, heads].</param>
/// <param name="isBidirectional">Half of the buckets are for what follows; false = what follows is never seen.</param>
/// <param name="maxDistance">Everything at least as far shares the last bucket.</param>
internal sealed class RelativeBias(Tensor table, bool isBidirectional, int maxDistance)
{
    /// <summary>The bias of queries at consecutive positions to the keys 0 … <paramref name="keys"/> − 1.</summary>
    /// <param name="first">Position of the first query.</param>
    /// <param name="queries">How many.</param>
    /// <param name="keys">How many.</param>
    /// <returns>[1, heads, queries, keys].</returns>
    public Tensor For(int first, int queries, int keys)
    {
        using var scope = NewDisposeScope();
        // Position of the key minus position of the query is all that counts: from −(last query) to the last key.
        var lowest = -(first + queries - 1);
        var buckets = new long[keys - lowest];
        for (var i = 0; i < buckets.Length; i++)
            buckets[i] = Bucket(lowest + i);
        var byDifference = JitOps.Embedding(table, tensor(buckets, device: table.device));
        var position = TensorArithmetic.Range(0, keys, device: table.device).unsqueeze(0)
            .Minus(TensorArithmetic.Range(first, first + queries, device: table.device).unsqueeze(1));
        return JitOps.Embedding(byDifference, position.Plus(-lowest)).permute(2, 0, 1).unsqueeze(0).MoveToOuterDisposeScope();
    }

    private int Bucket(int difference)
    {
        var (buckets, start) = ((int)table.shape[0], 0);
        if (isBidirectional)
        {
            buckets /= 2;
            start = difference > 0 ? buckets : 0;
        }

        var distance = isBidirectional ? Math.Abs(difference) : Math.Max(-difference, 0);
        var exact = buckets / 2;
        if (distance < exact)
            return start + distance;
        // In single precision, as the published models were trained.
        var octave = MathF.Log(distance / (float)exact) / (float)Math.Log(maxDistance / (double)exact);
        return start + Math.Min(exact + (int)(octave * (buckets - exact)), buckets - 1);
    }
}
