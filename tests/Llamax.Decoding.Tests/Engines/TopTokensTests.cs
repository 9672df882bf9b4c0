using Llamax.Decoding.Engines;
using Llamax.Runs;

namespace Llamax.Decoding.Tests.Engines;

public sealed class TopTokensTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(17, 5)]
    [InlineData(1000, 8)]
    [InlineData(1003, 64)]
    [InlineData(300, 65)]
    [InlineData(300, 300)]
    public void The_best_come_first_ties_by_id_and_probabilities_sum_to_one(int vocabulary, int k)
    {
        var draws = new Draws(5, "logits");
        // Whole numbers: many ties.
        var logits = Enumerable.Range(0, vocabulary).Select(id => (float)draws.Below(12, id)).ToArray();
        var (ids, values, all) = (new int[k], new float[k], new float[vocabulary]);
        TopTokens.Rank(logits, ids, values);
        TopTokens.LogProbabilities(logits, all);
        var sum = Math.Log(logits.Sum(logit => Math.Exp(logit)));
        Assert.Equal(logits.Index().OrderByDescending(x => x.Item).ThenBy(x => x.Index).Take(k).Select(x => x.Index), ids);
        for (var i = 0; i < k; i++)
            Assert.Equal(logits[ids[i]] - sum, values[i], 1e-4);
        Assert.Equal(1, all.Sum(value => Math.Exp(value)), 1e-4);
    }

    [Fact]
    public void Forbidden_tokens_have_no_share()
    {
        float[] logits = [1, float.NegativeInfinity, 1];
        var all = new float[3];
        TopTokens.LogProbabilities(logits, all);
        Assert.Equal(float.NegativeInfinity, all[1]);
        Assert.Equal(-Math.Log(2), all[0], 1e-6);
    }
}
