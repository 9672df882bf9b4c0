using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;
using static TorchSharp.torch;

namespace Llamax.Training.Tests.Loop;

/// <summary>What goes wrong hours into a run: one clear error, and nothing of the run is lost.</summary>
public sealed class BadRunsTests : IDisposable
{
    private const int Poison = 63;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_loss_that_is_no_number_names_its_step_and_block_and_the_last_good_checkpoint_stays()
    {
        var model = Poisoned();
        var plain = new PoisonedCorpus(new DrawnCorpus(5, 32, 24), -1);
        var block = new DataOrder(TinyRun.Options, [plain.BlockCount], plain.TokenCount).BlocksOf(4)[1];
        var options = TinyRun.Options with { Steps = 10, CheckpointEverySteps = 2 };
        TrainingRun Run(string name, IPackedCorpus corpus) =>
            TinyRun.In(_folder[name], corpus) with { InitialModel = model, Configuration = null, Options = options };
        var run = Run("run", new PoisonedCorpus(plain, block));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failure = Assert.Throws<RequestException>(() => run.Train());
            Assert.Contains($"a loss is not finite (NaN) in step 5, block {block} of the corpus", failure.What, StringComparison.Ordinal);
            Assert.Contains("its checkpoints hold the run before this step", failure.Mend, StringComparison.Ordinal);
            Assert.Equal(
                ["step-000002", "step-000004"], Directory.GetDirectories(_folder["run", "checkpoints"]).Select(Path.GetFileName).Order());
        }

        // What stays is what a run without the block has there.
        using var stopped = new CancellationTokenSource();
        var events = new RecordedEvents { OnMeasure = (name, _, step) => { if (name == "train/loss" && step == 4) stopped.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() => new Trainer(Run("plain", plain), events).Train(stopped.Token));
        string[] weights = ["checkpoints", "step-000004", "model.safetensors"];
        Assert.Equal(File.ReadAllBytes(_folder[["plain", .. weights]]), File.ReadAllBytes(_folder[["run", .. weights]]));
    }

    [Fact]
    public void A_disk_that_is_full_at_a_checkpoint_ends_the_run_and_with_room_it_goes_on_from_the_one_before()
    {
        var corpus = new DrawnCorpus(5, 32, 24);
        TinyRun.In(_folder["whole"], corpus).Train();
        using var disk = SmallDisk.Mount(_folder["disk"], 64 << 10);
        var run = TinyRun.In(_folder["disk", "run"], corpus);
        var filler = _folder["disk", "filler"];
        var events = new RecordedEvents { OnMeasure = (name, _, step) => { if (name == "train/loss" && step == 11) Fill(filler); } };
        var failure = Assert.Throws<RequestException>(() => run.Train(events));
        Assert.Contains(_folder["disk", "run"], failure.Where, StringComparison.Ordinal);
        Assert.Contains("free space on the disk", failure.Mend, StringComparison.Ordinal);
        Assert.Equal(["step-000007"], Directory.GetDirectories(_folder["disk", "run", "checkpoints"]).Select(Path.GetFileName));
        File.Delete(filler);
        var resumed = new RecordedEvents();
        run.Train(resumed);
        Assert.Contains(resumed.Notes, note => note.Contains("after step 7", StringComparison.Ordinal));
        TrainerTests.SameResult(_folder["whole"], _folder["disk", "run"]);
    }

    [Theory]
    [InlineData(0.0, null, "learningRate")]
    [InlineData(-1e-5, null, "learningRate")]
    [InlineData(1e-3, 0L, "tokenBudget")]
    public void A_learning_rate_of_0_or_0_tokens_are_refused_before_anything_is_written(double rate, long? tokens, string option)
    {
        var options = TinyRun.Options with { Steps = tokens is null ? 4 : null, LearningRate = rate, TokenBudget = tokens };
        var run = TinyRun.In(_folder["run"], new DrawnCorpus(5, 32, 24)) with { Options = options };
        Assert.Contains($"{option} = ", Assert.Throws<RequestException>(() => run.Train()).What, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    private static void Fill(string path)
    {
        try
        {
            using var file = File.Create(path, 1);
            for (var size = 1 << 20; ;)
            {
                try
                {
                    file.Write(new byte[size]);
                    file.Flush();
                }
                catch (IOException) when (size > 4096)
                {
                    size = 4096;
                }
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>One row of the embedding is no number: whatever reads that id, has no loss.</summary>
    private string Poisoned()
    {
        using var model = new CausalModel(TinyRun.Configuration, ScalarType.Float32, CPU);
        model.Initialize(1);
        using (no_grad())
            model["model.embed_tokens.weight"][Poison].copy_(full(TinyRun.Configuration.HiddenSize, float.NaN));
        model.Save(_folder["poisoned"]);
        return _folder["poisoned"];
    }

    /// <summary>A corpus whose one block has the id; −1 = none.</summary>
    private sealed class PoisonedCorpus(IPackedCorpus corpus, int poisoned) : IPackedCorpus
    {
        public int BlockLength => corpus.BlockLength;

        public int BlockCount => corpus.BlockCount;

        public long TokenCount => corpus.TokenCount;

        public string TokenizerFingerprint => corpus.TokenizerFingerprint;

        public int VocabularySize => corpus.VocabularySize;

        public void Read(int index, PackedBlock block)
        {
            corpus.Read(index, block);
            for (var i = 0; i < block.Tokens.Length; i++)
                block.Tokens[i] = block.Tokens[i] == Poison ? 1 : block.Tokens[i];
            if (index == poisoned)
                block.Tokens[0] = Poison;
        }

        public void Dispose()
        {
        }
    }
}
