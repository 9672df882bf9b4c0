using Llamax.Pipelines.Stages;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Testing;
using Llamax.Training.Collectives;

namespace Llamax.Pipelines.Tests.Stages;

public sealed class StageRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Finished_stages_are_not_run_again()
    {
        Run(null, Toy("a"), Toy("b"));
        var (a, b) = (Toy("a"), Toy("b"));
        var events = Run(null, a, b);
        Assert.Equal((0, 0), (a.Runs, b.Runs));
        Assert.Equal(["a: finished before", "b: finished before"], events.Notes);
    }

    [Fact]
    public void A_finished_stage_says_what_made_it()
    {
        Run(null, Toy("a"));
        var manifest = Manifest.TryRead(_folder["a"])!;
        Assert.Equal(("a", 7ul, Toy("a").Key), (manifest.Command, manifest.Seed, manifest.Key));
        Assert.Equal(["result"], manifest.Outputs.Keys);
    }

    [Fact]
    public void Results_of_other_options_are_refused_and_stay_as_they_are()
    {
        Run(null, Toy("a"), Toy("b"));
        var (a, b) = (Toy("a"), Toy("b", options: "other"));
        var message = Assert.Throws<RequestException>(() => Run(null, a, b)).Message;
        Assert.Contains("b of a run with other options", message, StringComparison.Ordinal);
        Assert.Contains("--from b", message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (a.Runs, b.Runs));
        Run(null, Toy("a"), Toy("b"));
    }

    [Fact]
    public void From_a_stage_on_everything_is_done_anew()
    {
        Run(null, Toy("a"), Toy("b"), Toy("c"));
        File.WriteAllText(_folder["b", "leftover"], "");
        var (a, b, c) = (Toy("a"), Toy("b", options: "other"), Toy("c", options: "other"));
        Run("b", a, b, c);
        Assert.Equal((0, 1, 1), (a.Runs, b.Runs, c.Runs));
        Assert.False(File.Exists(_folder["b", "leftover"]));
    }

    [Fact]
    public void An_adaptable_stage_is_run_again_over_what_it_left()
    {
        Run(null, Toy("a", "first", isAdaptable: true));
        File.WriteAllText(_folder["a", "kept"], "");
        var added = Toy("a", "first and second", () => Assert.Null(Manifest.TryRead(_folder["a"])), isAdaptable: true);
        Run(null, added);
        Assert.Equal(1, added.Runs);
        Assert.Equal(["kept", "result"], Manifest.TryRead(_folder["a"])!.Outputs.Keys.Order());
    }

    [Fact]
    public void A_stage_that_is_unknown_gets_its_nearest_ones()
    {
        var message = Assert.Throws<RequestException>(() => Run("sets/basse", Toy("tokenizer"), Toy("sets/base"))).Message;
        Assert.Contains("there is no stage \"sets/basse\"", message, StringComparison.Ordinal);
        Assert.Contains("the nearest are sets/base, tokenizer", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_that_fails_leaves_no_manifest_and_is_run_again()
    {
        var failing = Toy("a", work: () => throw new IOException("the disk is full"));
        Assert.Throws<IOException>(() => Run(null, failing, Toy("b")));
        Assert.Null(Manifest.TryRead(_folder["a"]));
        Assert.False(Directory.Exists(_folder["b"]));
        var (a, b) = (Toy("a"), Toy("b"));
        Run(null, a, b);
        Assert.Equal((1, 1), (a.Runs, b.Runs));
    }

    [Fact]
    public void Nothing_begins_after_an_interruption()
    {
        using var interrupted = new CancellationTokenSource();
        var (a, b) = (Toy("a", work: interrupted.Cancel), Toy("b"));
        Assert.Throws<OperationCanceledException>(() => Runner([a, b], new()).Run(7, interrupted.Token));
        Assert.Equal((1, 0), (a.Runs, b.Runs));
        Assert.NotNull(Manifest.TryRead(_folder["a"]));
    }

    private ToyStage Toy(string name, string options = "", Action? work = null, bool isAdaptable = false) =>
        new(name, _folder[name], options, work, isAdaptable);

    private static RecordedEvents Run(string? from, params ToyStage[] stages)
    {
        var events = new RecordedEvents();
        var runner = Runner(stages, events);
        runner.Prepare(runner.IndexOf(from));
        runner.Run(7, TestContext.Current.CancellationToken);
        return events;
    }

    private static StageRunner Runner(IReadOnlyList<Stage> stages, RecordedEvents events) =>
        new(stages, events, TimeProvider.System, new SoleRank());

    /// <summary>Writes its options.</summary>
    private sealed class ToyStage(string name, string folder, string options, Action? work, bool isAdaptable) : Stage(name, folder)
    {
        public int Runs { get; private set; }

        public override bool IsAdaptable => isAdaptable;

        public override string Describe() => Name;

        public override Manifest Run(StageContext context)
        {
            Runs++;
            File.WriteAllText(Path.Combine(Folder, "result"), options);
            work?.Invoke();
            return new Manifest();
        }

        protected override IEnumerable<string> KeyParts() => [options];
    }
}
