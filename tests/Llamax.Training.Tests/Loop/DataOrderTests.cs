using Llamax.Training.Loop;

namespace Llamax.Training.Tests.Loop;

public sealed class DataOrderTests
{
    [Fact]
    public void An_epoch_reads_every_block_once_and_the_last_step_takes_what_is_left()
    {
        var order = new DataOrder(new TrainingOptions { Epochs = 1, MicroBatches = 4 }, stages: [10], tokenCount: 1000);
        Assert.Equal(3, order.Steps);
        var steps = Enumerable.Range(0, 3).Select(order.BlocksOf).ToList();
        Assert.Equal([4, 4, 2], steps.Select(step => step.Length));
        Assert.Equal(Enumerable.Range(0, 10), steps.SelectMany(step => step).Order());
    }

    [Fact]
    public void Every_epoch_has_its_own_order()
    {
        var order = new DataOrder(new TrainingOptions { Epochs = 2, MicroBatches = 50 }, stages: [50], tokenCount: 1000);
        Assert.Equal(order.BlocksOf(0).Order(), order.BlocksOf(1).Order());
        Assert.NotEqual(order.BlocksOf(0), order.BlocksOf(1));
    }

    [Fact]
    public void The_split_into_micro_batches_and_the_step_asked_first_do_not_change_the_data()
    {
        var wide = new DataOrder(new TrainingOptions { Steps = 9, BlocksPerMicroBatch = 8 }, [13], 1000);
        var deep = new DataOrder(new TrainingOptions { Steps = 9, MicroBatches = 8 }, [13], 1000);
        Assert.Equal(wide.BlocksOf(7), deep.BlocksOf(7));
        Assert.Equal(wide.BlocksOf(0), deep.BlocksOf(0));
    }

    [Fact]
    public void Stages_follow_one_another_in_every_epoch_and_each_is_shuffled_by_itself()
    {
        var order = new DataOrder(new TrainingOptions { Epochs = 2, MicroBatches = 50 }, stages: [30, 20], tokenCount: 1000);
        foreach (var epoch in (int[])[0, 1])
        {
            Assert.Equal(Enumerable.Range(0, 30), order.BlocksOf(epoch)[..30].Order());
            Assert.Equal(Enumerable.Range(30, 20), order.BlocksOf(epoch)[30..].Order());
            Assert.NotEqual(Enumerable.Range(30, 20), order.BlocksOf(epoch)[30..]);
        }

        Assert.NotEqual(order.BlocksOf(0), order.BlocksOf(1));
    }

    [Fact]
    public void A_token_budget_is_rounded_up_to_whole_blocks()
    {
        Assert.Equal(3, new DataOrder(new TrainingOptions { TokenBudget = 201 }, stages: [10], tokenCount: 1000).Steps);
        Assert.Equal(5, new DataOrder(new TrainingOptions { Epochs = 0.5 }, stages: [10], tokenCount: 1000).Steps);
        Assert.Equal(10, new DataOrder(new TrainingOptions(), stages: [10], tokenCount: 1000).Steps);
    }
}
