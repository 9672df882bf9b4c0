using Llamax.Testing;
using Llamax.Training.Collectives;

namespace Llamax.Training.Tests.Collectives;

/// <summary>The three ways in which a partner can be late, each told from the others.</summary>
public sealed class RankWatchTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource<string> _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_rank_that_has_not_come_to_the_call_is_named()
    {
        using var other = Watch(1);
        using var watch = Watch(0);
        using var waiting = watch.Wait(Patience);
        Assert.StartsWith("rank 0 of 2: rank 1 did not answer for 0.3 s", await Said(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rank_that_was_stopped_inside_the_call_is_named()
    {
        // Without patience no thread beats: this is how a stopped process looks from outside.
        using var other = Watch(1);
        using var inside = other.Wait(null);
        using var watch = Watch(0);
        using var waiting = watch.Wait(Patience);
        Assert.StartsWith("rank 0 of 2: rank 1 did not answer for 0.3 s", await Said(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_blamed_who_waits_in_the_same_call()
    {
        using var other = Watch(1);
        using var inside = other.Wait(TimeSpan.FromHours(1));
        using var watch = Watch(0);
        using var waiting = watch.Wait(Patience);
        Assert.StartsWith("rank 0 of 2: the other ranks did not answer for 0.3 s", await Said(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private RankWatch Watch(int rank) => new(_folder["watch"], rank, 2, words => _said.TrySetResult(words));

    private Task<string> Said() => _said.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
}
