using System.Text.Json;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;
using Llamax.Training.Optimizers;
using Llamax.Training.Tests.Loop;
using TorchSharp;

namespace Llamax.Training.Tests.Collectives;

/// <summary>Design, principle 4: one rank × 4 micro-batches, two ranks × 2 and four ranks × 1 are the same run.</summary>
public sealed class RanksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DrawnCorpus _corpus = new(5, 32, 24);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(2, true)]
    public void Ranks_that_share_a_run_learn_what_one_rank_learns(int size, bool lowPrecision)
    {
        var type = lowPrecision ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
        Train(1, "one", run => run with { DataType = type });
        Train(size, "shared", run => run with { DataType = type });
        SameLog(_folder["one"], _folder["shared"], lowPrecision ? 2e-2 : 1e-5);
        Train(size, "again", run => run with { DataType = type });
        TrainerTests.SameResult(_folder["shared"], _folder["again"]);
    }

    [Fact]
    public void A_run_may_change_the_number_of_its_ranks_wherever_it_was_interrupted()
    {
        Train(1, "whole");
        foreach (var (size, stop) in new[] { (2, 11), (4, 20), (1, 27), (3, 40) })
            Train(size, "changing", stop: stop);
        SameLog(_folder["whole"], _folder["changing"], 1e-5);
        Assert.True(File.Exists(_folder["changing", "model", "model.safetensors"]));
    }

    [Fact]
    public void An_interruption_with_the_same_number_of_ranks_changes_no_byte()
    {
        Train(2, "whole");
        foreach (var stop in new[] { 3, 15, 22, 40 })
            Train(2, "cut", stop: stop);
        TrainerTests.SameResult(_folder["whole"], _folder["cut"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Moments_and_master_weights_of_a_rank_are_its_share(int size)
    {
        var lengths = ThreadRanks.Run(size, ranks =>
        {
            using var model = new CausalModel(TinyRun.Configuration, torch.ScalarType.BFloat16, torch.CPU);
            using var optimizer = new FlatAdamW(model, new AdamWOptions(), ranks: ranks);
            Assert.Equal(optimizer.Own.Length, optimizer.FirstMoment.shape[0]);
            Assert.Equal(optimizer.Own.Length, optimizer.SecondMoment.shape[0]);
            Assert.Equal(optimizer.Own.Length, optimizer.Master!.shape[0]);
            Assert.True(optimizer.Own.Length <= optimizer.Length / size + 64);
            return (Own: optimizer.Own.Length, optimizer.Length);
        });
        Assert.Equal(lengths[0].Length, lengths.Sum(rank => rank.Own));
    }

    [Fact]
    public void More_ranks_than_micro_batches_are_refused()
    {
        var failure = Assert.Throws<AggregateException>(() => Train(5, "many"));
        Assert.Contains("5 ranks cannot share 4 micro-batches", failure.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_that_reads_another_corpus_is_noticed_before_the_first_step()
    {
        var failure = Assert.Throws<AggregateException>(() => ThreadRanks.Run(2, ranks =>
        {
            using var corpus = new DrawnCorpus(5 + (ulong)ranks.Rank, 32, 24);
            return Run(corpus, "two", ranks).Train();
        }));
        Assert.Contains("depends on how they are split", Assert.IsType<RequestException>(failure.InnerException).Message, StringComparison.Ordinal);
    }

    /// <summary>The loss of every step of two runs, within a tolerance; counts must be equal.</summary>
    internal static void SameLog(string expected, string actual, double tolerance)
    {
        var (left, right) = (Lines(expected), Lines(actual));
        Assert.Equal(left.Count, right.Count);
        foreach (var (one, other) in left.Zip(right))
        {
            Assert.Equal(one.GetProperty("step").GetInt32(), other.GetProperty("step").GetInt32());
            Assert.InRange(other.GetProperty("loss").GetDouble() - one.GetProperty("loss").GetDouble(), -tolerance, tolerance);
            if (one.TryGetProperty("loss_tokens", out var tokens))
                Assert.Equal(tokens.GetInt64(), other.GetProperty("loss_tokens").GetInt64());
        }
    }

    private static List<JsonElement> Lines(string folder) =>
        [.. File.ReadLines(Path.Combine(folder, StepLog.FileName)).Select(line => JsonDocument.Parse(line).RootElement)];

    private TrainingRun Run(DrawnCorpus corpus, string folder, Llamax.Training.Collectives.ICollective ranks) =>
        TinyRun.In(_folder[folder], corpus) with { Options = TinyRun.Shared, Ranks = ranks };

    private void Train(int size, string folder, Func<TrainingRun, TrainingRun>? change = null, int stop = 40)
    {
        ThreadRanks.Run(size, ranks =>
        {
            using var interruption = new CancellationTokenSource();
            var run = Run(_corpus, folder, ranks);
            run = change?.Invoke(run) ?? run;
            var events = new RecordedEvents
            {
                OnMeasure = (name, _, step) =>
                {
                    // One rank's wish is enough.
                    if (name == "train/loss" && step == stop && step < 40 && ranks.Rank == size - 1)
                        interruption.Cancel();
                },
            };
            try
            {
                new Trainer(run, events).Train(interruption.Token);
                Assert.Equal(40, stop);
            }
            catch (OperationCanceledException)
            {
                Assert.True(stop < 40);
            }

            return true;
        });
    }
}
