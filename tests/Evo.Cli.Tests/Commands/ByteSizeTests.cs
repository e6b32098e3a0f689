using Evo.Cli.Commands;

namespace Evo.Cli.Tests.Commands;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("4GB", 4_000_000_000)]
    [InlineData("512 MB", 512_000_000)]
    [InlineData("1.5gb", 1_500_000_000)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("5B", 5_000_000_000)] // mergekit's shard sizes: B is a billion
    [InlineData("100m", 100_000_000)]
    [InlineData("4096", 4096)]
    public void Sizes_are_read_as_users_write_them(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("0")]
    [InlineData("1e9")]
    [InlineData("four GB")]
    [InlineData("99999999999GB")]
    public void Anything_else_is_no_size(string text) => Assert.Null(ByteSize.Parse(text));
}
