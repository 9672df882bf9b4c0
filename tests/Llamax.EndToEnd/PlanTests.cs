using System.Text.Json.Nodes;

namespace Llamax.EndToEnd;

public sealed class PlanTests(TinyRun tiny) : IClassFixture<TinyRun>
{
    [Fact]
    public void The_plan_names_bytes_by_part_tokens_steps_and_seconds()
    {
        var plan = Json(tiny.Recipe, "--device", "1e12,8e9");
        Assert.Equal((60, 60 * 64), ((long)plan["steps"]!, (long)plan["tokens"]!));
        Assert.True((double)plan["seconds"]! > 0);
        var bytes = plan["bytes"]!.AsObject();
        Assert.Equal((long)bytes["peak"]!, bytes.Where(part => part.Key is not ("peak" or "checkpoint copy")).Sum(part => (long)part.Value!));
        Assert.Equal((long)bytes["gradients"]! * 2, (long)bytes["moments"]!);
        Assert.Equal("cpt", (string?)plan["phases"]![0]!["name"]);
    }

    [Fact]
    public void A_packed_set_is_counted_and_the_machine_is_measured()
    {
        var plan = Json(tiny.Recipe, "--out", tiny.Folder);
        Assert.InRange((long)plan["tokens"]!, 60 * 32, (60 * 64) - 1);   // without padding
        Assert.True((double)plan["device"]!["flops"]! > 1e8);
        Assert.True((long)plan["bytes"]!["program"]! > 1 << 24);
    }

    [Fact]
    public void The_papers_recipe_takes_its_sixty_days_without_data_and_says_what_it_assumes()
    {
        var recipe = Repository("recipes", "llamax2.yaml");
        var table = LlamaxProgram.Run("plan", recipe, "--ranks", "24", "--device", "a100-80gb").Done();
        Assert.Contains("60.", table.Lines.Single(line => line.StartsWith("time", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("6,738,415,616", table.Out, StringComparison.Ordinal);
        Assert.Contains("assumed: a step reaches 40 % of the 312 TFLOP/s of a100-80gb", table.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("DOES NOT FIT", table.Out, StringComparison.Ordinal);
        var shared = LlamaxProgram.Run("plan", recipe, "--ranks", "25", "--device", "a100-80gb").Refusal();
        Assert.Contains("25 ranks cannot share 24 micro-batches", shared, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-recipe.yaml", "--json", "no-recipe.yaml")]
    [InlineData("", "--device=b200", "describes no device")]
    [InlineData("", "--ranks=0", "no number of processes")]
    [InlineData("", "--set=phases.cpt.training={epochs: 2}", "tokenBudget")]
    public void What_cannot_be_planned_is_refused(string recipe, string option, string reason) => Assert.Contains(
        reason, LlamaxProgram.Run("plan", recipe.Length > 0 ? recipe : tiny.Recipe, option).Refusal(), StringComparison.Ordinal);

    private static JsonNode Json(params string[] arguments) =>
        JsonNode.Parse(LlamaxProgram.Run(["plan", .. arguments, "--json"]).Done().Out)!;

    private static string Repository(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Llamax.slnx")))
            folder = folder.Parent;
        return Path.Combine([folder!.FullName, .. parts]);
    }
}
