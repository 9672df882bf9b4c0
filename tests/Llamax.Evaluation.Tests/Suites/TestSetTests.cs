using Llamax.Evaluation.Suites;
using Llamax.Runs;

namespace Llamax.Evaluation.Tests.Suites;

public sealed class TestSetTests
{
    [Fact]
    public void Directions_without_sense_are_refused()
    {
        Assert.Contains(
            "2 source lines and 1 references",
            Assert.Throws<RequestException>(() => new TestDirection("en", "de", ["a", "b"], ["c"], trained: true)).Message);
        Assert.Contains(
            "en is both",
            Assert.Throws<RequestException>(() => new TestDirection("en", "en", ["a"], ["c"], trained: true)).Message);
        var direction = new TestDirection("en", "de", ["a"], ["c"], trained: true);
        Assert.Contains("en→de is there twice", Assert.Throws<RequestException>(() => new TestSet("x", [direction, direction])).Message);
        Assert.Contains("no direction", Assert.Throws<RequestException>(() => new TestSet("x", [])).Message);
    }
}
